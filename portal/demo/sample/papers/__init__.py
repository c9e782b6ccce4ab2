"""Which documents there are. One line each, by who sends them; ``ago`` counts days."""

from dataclasses import dataclass

from consents.models.documents import Document

LEASE, CONTRACT, WORK = Document.Kind.LEASE, Document.Kind.CONTRACT, Document.Kind.EMPLOYMENT
MANDATE, NDA, QUOTE = Document.Kind.MANDATE, Document.Kind.NDA, Document.Kind.QUOTE
HEALTH, OTHER = Document.Kind.HEALTH, Document.Kind.OTHER

# Signers and senders without an account, who appear by their address alone.
OUTSIDERS = {
    "paul.girard@courriel.example": "Paul Girard",
    "monique.girard@courriel.example": "Monique Girard",
    "ines.caron@courriel.example": "Inès Caron",
    "bernard.lacroix@courriel.example": "Bernard Lacroix",
    "sandrine.huet@courriel.example": "Sandrine Huet",
    "leo.moreau@courriel.example": "Léo Moreau",
    "compta@agence-lilas.example": "Comptabilité",
    "accueil@clinique-parc.example": "Clinique du Parc",
    "secretariat@ecole-tilleuls.example": "École des Tilleuls",
    "gestion@rivoli-syndic.example": "Rivoli Syndic",
    "achats@mobilier-vasseur.example": "Mobilier Vasseur",
    "aoife.byrne@carter-byrne.example": "Aoife Byrne",
    "legal@northquay-gallery.example": "North Quay Gallery",
    "greffe@dupuis-associes.example": "Dupuis & Associés, secrétariat",
}


@dataclass(frozen=True)
class Paper:
    """One document. People are keys of ``people.PEOPLE`` (``camille@2``: her second address) or
    addresses of :data:`OUTSIDERS`; "" is somebody who signed in person and left no address.

    ``body`` names a file of ``contents/``. ``took`` is the days from sending to the last signature.
    ``hidden`` had it removed from their space. ``pages`` that are opened often have many ``reads``.
    """

    title: str
    kind: Document.Kind
    body: str
    sender: str
    signers: tuple[str, ...]
    ago: int
    copies: tuple[str, ...] = ()
    organisation: str = ""
    status: Document.Status = Document.Status.COMPLETED
    took: int = 2
    envelope: str = ""
    place: str = ""
    minors: tuple[str, ...] = ()
    special: bool = False
    restricted: bool = False
    hidden: str = ""
    reads: int = 3

    @property
    def language(self) -> str:
        """The language it is written in."""
        return self.body.rpartition(".")[2]
