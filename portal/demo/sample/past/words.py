"""What was said in the requests of the past: a few sentences that came again and again."""

from dsar.grounds import RefusalGround
from dsar.models.requests import Kind
from dsar.states import Outcome

Said = dict[str, str]  # language → words

CORRECTED = ("Claire-Marie", "12 rue des Tanneurs", "+33 6 39 98 00 41", "Née le 4 mars 1987")
DECISION: Said = {
    "fr": "Le blocage automatique de mon compte après trois envois",
    "en": "The automatic suspension of my account after three sendings",
}
OBJECTS: Said = {
    "fr": "Je m’oppose à ce que mes habitudes de signature soient analysées.",
    "en": "I object to my habits of signing being analysed.",
}
NOT_CONVINCED: Said = {
    "fr": "Je ne suis pas d’accord avec votre réponse.",
    "en": "I do not agree with your answer.",
}
WHY_LONGER: Said = {
    "fr": "Votre demande touche un grand nombre de documents partagés, qu’il faut relire un à un.",
    "en": "Your request concerns many shared documents, which have to be read one by one.",
}
PAUSE_ENDS: Said = {
    "fr": "L’exactitude a été vérifiée : la pause n’a plus de raison d’être.",
    "en": "What was disputed has been checked: there is no reason for the pause any more.",
}
FORWARDED = (
    "Mairie de Saint-Aubin, service de l’état civil\n\nNous hébergeons ces documents pour elle : "
    "elle seule décide de ces données. Nous lui avons transmis votre demande."
)
PROOF: Said = {"fr": "Preuve de vos demandes", "en": "Proof of your requests"}

RESOLUTIONS: dict[str, Said] = {
    Kind.RECTIFICATION: {
        "fr": "Vos données ont été corrigées comme vous l’avez demandé.",
        "en": "Your data has been corrected as you asked.",
    },
    Kind.RESTRICTION: {
        "fr": "L’utilisation de vos données est suspendue pendant que nous vérifions.",
        "en": "The use of your data is paused while we check it.",
    },
    Kind.OBJECTION: {
        "fr": "Cette analyse ne vous concerne plus.",
        "en": "This analysis does not include you any more.",
    },
    Kind.HUMAN_REVIEW: {
        "fr": "Une personne a relu la décision avec les éléments de votre compte.",
        "en": "A person has looked at the decision again, with what your account shows.",
    },
    Kind.APPEAL: {
        "fr": "Une autre personne a relu votre demande et notre première réponse.",
        "en": "Somebody else has looked again at your request and at our first answer.",
    },
}
IN_PART: Said = {
    "fr": "Une partie n’a pas pu l’être : elle appartient à un acte signé par d’autres.",
    "en": "A part of it could not be: it belongs to a deed that others have signed.",
}

GROUNDS: dict[str, RefusalGround] = {
    Kind.ERASURE: RefusalGround.LEGAL_CLAIMS,
    Kind.ACCESS: RefusalGround.THIRD_PARTIES,
    Kind.PORTABILITY: RefusalGround.EXCESSIVE,
}
EVIDENCE: dict[str, Said] = {
    RefusalGround.LEGAL_CLAIMS: {
        "fr": "Un litige sur ces contrats est en cours ; ils en sont la seule preuve.",
        "en": "These contracts are in dispute, and they are the only proof of it.",
    },
    RefusalGround.THIRD_PARTIES: {
        "fr": "La demande porte sur les échanges d’autres signataires, qui s’y opposent.",
        "en": "The request is about what other signers wrote, and they object.",
    },
    RefusalGround.EXCESSIVE: {
        "fr": "La même copie a été demandée neuf fois en un mois, sans que rien ait changé.",
        "en": "The same copy was asked for nine times in a month, and nothing had changed.",
    },
    RefusalGround.UNFOUNDED: {
        "fr": "La demande ne vise aucune donnée que nous traitons, comme le montre la recherche.",
        "en": "The request is about nothing that we process, as the search shows.",
    },
}


def resolution(kind: str, outcome: str, language: str) -> str:
    """Return what was answered in words."""
    said = RESOLUTIONS[kind][language]
    return f"{said} {IN_PART[language]}" if outcome == Outcome.PARTLY else said
