"""What people and staff wrote to each other about the requests."""

CONFIRM = (
    "Your request reached us from an address that is not one of yours here. Please sign in and"
    " confirm it, or send it from an address of your account."
)
NOT_CONFIRMED = (
    "The request came from an address outside the account. We asked for a confirmation on the day"
    " after, and wrote again ten days later; there was no answer."
)
WHERE_IS_IT = (
    "Bonjour, pouvez-vous me dire où en est ma demande ? Je n’ai rien reçu depuis l’accusé de"
    " réception."
)
WHY_LONGER = (
    "Votre compte est relié aux documents de toute l’agence. Il nous faut relire ceux qui"
    " contiennent des données d’autres personnes avant de vous en remettre la copie."
)
NOTHING_USELESS = "Je change de service de signature et souhaite que rien d’inutile ne reste ici."
LEAVING = "Je quitte le cabinet à la fin de l’année."
ONLY_ADMIN = (
    "Bonjour Maître, vous êtes le seul administrateur de votre organisation. Souhaitez-vous en"
    " nommer un autre avant l’effacement de votre compte ?"
)
SUCCESSOR = "Oui, ma consœur Nadia Ferrand me remplacera. Je vous confirme dès que c’est fait."
WHICH = (
    "Bonjour, votre compte est relié à plusieurs centaines de documents de l’agence. Souhaitez-vous"
    " une copie de tous, ou seulement de ceux que vous avez signés ?"
)
ONLY_MINE = "Seulement ceux que j’ai signés, merci."
NOT_WRITTEN = (
    "La copie ne contient pas les brouillons que j’avais préparés en septembre. Ils devraient y"
    " être."
)
WRONG_ADDRESS = (
    "L’adresse indiquée à l’article 1 est mon ancienne adresse : j’ai déménagé avant la signature."
)
BESIDE = (
    "Un document signé ne peut pas être modifié. Votre déclaration figure désormais à côté de lui,"
    " pour toutes les parties."
)
NOT_MY_WORK = "My signing pattern is that of a gallery with seasonal sales, not of fraud."
DISPUTED = "Le loyer inscrit n’est pas celui que nous avions convenu ; c’est en discussion."
NEIGHBOUR = (
    "Appel de M. Benali : sa voisine, Mme Sylvie Garnaud (sylvie.garnaud@poste.example,"
    " 06 12 34 56 78), a reçu le courrier à sa place. Le loyer est payé depuis le compte"
    " FR76 3000 6000 0112 3456 7890 189."
)
TWICE_A_WEEK = (
    "The same copy was asked for eleven times in two weeks, and each was handed over within a day."
    " Nothing had changed between them, as the manifests show."
)
DECISION = "Le refus automatique de ma demande de délai de paiement, le 3 de ce mois"
