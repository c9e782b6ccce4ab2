"""The kind of a document, guessed from the words of its title in French and English."""

import pytest

from consents.kinds import guess
from consents.models import Document

K = Document.Kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Bail 14 rue des Lilas.pdf", K.LEASE),
        ("bail_habitation_2026.pdf", K.LEASE),
        ("État des lieux d'entrée", K.LEASE),
        ("Contrat de location saisonnière", K.LEASE),
        ("Tenancy agreement", K.LEASE),
        ("Contrat de travail – CDI", K.EMPLOYMENT),
        ("CDD Camille Moreau", K.EMPLOYMENT),
        ("Offer letter", K.EMPLOYMENT),
        ("Accord de confidentialité", K.NDA),
        ("Mutual non-disclosure agreement", K.NDA),
        ("NDA Acme", K.NDA),
        ("Mandat de vente exclusif", K.MANDATE),
        ("Power of Attorney", K.MANDATE),
        ("Devis n° 2026-118", K.QUOTE),
        ("Bon de commande", K.QUOTE),
        ("Purchase order 77", K.QUOTE),
        ("Certificat médical", K.HEALTH),
        ("Informed consent form", K.HEALTH),
        ("Contrat de prestation", K.CONTRACT),
        ("Master services agreement", K.CONTRACT),
        ("Avenant n° 2", K.CONTRACT),
        # Words inside other words, or of another meaning, are no reason.
        ("Location scouting schedule", K.OTHER),
        ("Court order", K.OTHER),
        ("Agenda.pdf", K.OTHER),
        ("Travail en groupe", K.OTHER),
        ("Baillargeon - photos", K.OTHER),
        ("", K.OTHER),
    ],
)
def test_the_first_word_that_decides(title, kind):
    assert guess(title) == kind
