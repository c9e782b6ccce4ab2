"""Guess from its title what sort of document it is: for search and the eye, never for the gate."""

import re
import unicodedata

from consents.models.documents import Document

K = Document.Kind

# The first line that matches decides; narrow words stand before wide ones ("contrat de travail"
# before "contrat"). Words are compared without accents and capitals, and whole. What means
# something else in the other language ("location", "order") is only taken in a fixed phrase.
WORDS: tuple[tuple[Document.Kind, str], ...] = (
    (
        K.EMPLOYMENT,
        r"contrats? de travail|promesse d.embauche|embauche|cdd|cdi|bulletins? de (?:paie|salaire)"
        r"|fiches? de paie|rupture conventionnelle|employment|job offer|offer letter|payslip",
    ),
    (
        K.LEASE,
        r"bail|baux|etat des lieux|quittance de loyer|contrats? de location"
        r"|location (?:meublee|vide|saisonniere)|lease|sublease|tenancy|rental agreement",
    ),
    (
        K.NDA,
        r"nda|confidentialite|non.divulgation|confidentiality|non.disclosure",
    ),
    (
        K.MANDATE,
        r"mandats?|procuration|power of attorney|(?:sepa|debit) mandate|mandate",
    ),
    (
        K.HEALTH,
        r"sante|medical|medicale|medicaux|ordonnance medicale|consentement eclaire"
        r"|informed consent|dossier de soins|health",
    ),
    (
        K.QUOTE,
        r"devis|bons? de commande|quotes?|quotation|purchase order|order form",
    ),
    (
        K.CONTRACT,
        r"contrats?|convention|avenant|accord.cadre|conditions (?:generales|particulieres)"
        r"|contract|agreement|amendment|statement of work|terms and conditions",
    ),
)
PATTERNS = tuple((kind, re.compile(rf"\b(?:{words})\b")) for kind, words in WORDS)


def guess(title: str) -> Document.Kind:
    """Return the kind that the words of the title (English or French) suggest, else OTHER."""
    bare = unicodedata.normalize("NFKD", title.replace("_", " ").casefold())
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return next((kind for kind, pattern in PATTERNS if pattern.search(bare)), K.OTHER)
