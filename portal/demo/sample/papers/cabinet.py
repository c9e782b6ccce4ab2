"""What the Cabinet Dupuis & Associés and the firm Carter & Byrne send."""

from consents.models.documents import Document
from portal.demo.sample.papers import CONTRACT, MANDATE, NDA, OTHER, QUOTE, WORK, Paper
from portal.demo.sample.people import CABINET, STUDIO

S = Document.Status
SAUSSAIES, QUAY = "11 rue des Saussaies, 75008 Paris", "12 Sir John Rogerson’s Quay, Dublin"
CLERKS, AOIFE = "greffe@dupuis-associes.example", "aoife.byrne@carter-byrne.example"
NORTHQUAY = "legal@northquay-gallery.example"


def cabinet(
    title: str, kind: Document.Kind, body: str, signers: tuple[str, ...], ago: int, **more: object
) -> Paper:
    """Return a paper that Martin Dupuis sent for his firm."""
    return Paper(
        title, kind, body, "martin", signers, ago,
        organisation=CABINET, place=SAUSSAIES, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def studio(
    title: str, kind: Document.Kind, body: str, signers: tuple[str, ...], ago: int, **more: object
) -> Paper:
    """Return a paper that Emily Carter sent for her firm."""
    return Paper(
        title, kind, body, "emily@2", signers, ago,
        organisation=STUDIO, place=QUAY, **more,  # type: ignore[arg-type]
    )  # fmt: skip


PAPERS = (
    cabinet("Contrat de travail – collaboratrice", WORK, "employment.fr", ("nadia",), 530, reads=5),
    cabinet("Avenant au contrat de travail – forfait jours", WORK, "amendment.fr", ("nadia",), 365),
    cabinet("Avenant au contrat de travail – rémunération", WORK, "amendment.fr", ("nadia",), 160),
    cabinet("Engagement de confidentialité – dossiers clients", NDA, "nda.fr", ("nadia",), 528),
    cabinet("Charte de télétravail", WORK, "employment.fr", ("nadia",), 430),
    cabinet("Procès-verbal d’assemblée des associés – comptes", OTHER, "minutes.fr", ("nadia",),
            276),
    cabinet("Procès-verbal d’assemblée des associés – local", OTHER, "minutes.fr", ("nadia",), 84),
    cabinet("Lettre de mission – cession du fonds Marchand", CONTRACT, "services.fr", ("hugo",),
            420, reads=4),
    cabinet("Convention d’honoraires – bail de l’atelier", CONTRACT, "services.fr", ("camille",),
            298),
    cabinet("Pouvoir de représentation – audience du 4 juin", MANDATE, "mandate.fr", ("camille",),
            206, took=1),
    cabinet("Convention d’honoraires – menuiserie Benali", CONTRACT, "services.fr", ("yanis@2",),
            254),
    cabinet("Mandat de négociation – fournisseur Vasseur", MANDATE, "mandate.fr", ("yanis@2",),
            203),
    cabinet("Contrat de stage – greffe", WORK, "employment.fr", ("nadia", CLERKS), 110),
    cabinet("Convention de rupture – projet", WORK, "amendment.fr", ("nadia",), 12, status=S.DRAFT,
            reads=0),
    cabinet("Délégation de signature – juillet et août", MANDATE, "mandate.fr", ("nadia",), 148),
    cabinet("Délégation de signature – fin d’année", MANDATE, "mandate.fr", ("nadia",), 4,
            status=S.SENT, reads=1),
    Paper("Contrat de travail – premier poste", WORK, "employment.fr", CLERKS, ("nadia@2",), 2240,
          place=SAUSSAIES, reads=1),
    studio("Non-disclosure agreement – Lisières in Dublin", NDA, "nda.en", ("thomas@2",), 330),
    studio("Statement of work – review of exhibition contracts", CONTRACT, "consulting.en",
           ("thomas@2",), 318, reads=5),
    studio("Statement of work – English catalogue", CONTRACT, "consulting.en", ("camille@2",), 190,
           reads=4),
    studio("Engagement letter – North Quay Gallery", CONTRACT, "services.en", (NORTHQUAY,), 176),
    studio("Partnership agreement", CONTRACT, "services.en", (AOIFE,), 610, reads=3),
    studio("Amendment to the partnership agreement", CONTRACT, "services.en", (AOIFE,), 128),
    studio("Purchase order – archive boxes", QUOTE, "consulting.en", (AOIFE,), 36),
    studio("Non-disclosure agreement – auction house", NDA, "nda.en", (NORTHQUAY,), 2,
           status=S.SENT, reads=1),
)  # fmt: skip
