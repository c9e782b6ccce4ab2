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
