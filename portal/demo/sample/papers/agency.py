"""What the Agence des Lilas sends: leases, inventories, mandates."""

from consents.models.documents import Document
from portal.demo.sample.papers import CONTRACT, LEASE, MANDATE, OTHER, Paper
from portal.demo.sample.people import AGENCY

DESK, ACCOUNTS = "claire@2", "compta@agence-lilas.example"
PAUL, MONIQUE = "paul.girard@courriel.example", "monique.girard@courriel.example"
INES, BERNARD = "ines.caron@courriel.example", "bernard.lacroix@courriel.example"
SANDRINE = "sandrine.huet@courriel.example"
OBERKAMPF, CHARONNE = "27 rue Oberkampf, 75011 Paris", "9 rue de Charonne, 75011 Paris"
VOLTAIRE, MARTEL = "112 boulevard Voltaire, 75011 Paris", "4 rue Martel, 75010 Paris"
TEMPLE = "61 rue du Temple, 75003 Paris"
S = Document.Status


def sent(
    title: str, kind: Document.Kind, body: str, signers: tuple[str, ...], ago: int, **more: object
) -> Paper:
    """Return a paper that the agency's desk sent."""
    return Paper(title, kind, body, DESK, signers, ago, organisation=AGENCY, **more)  # type: ignore[arg-type]


PAPERS = (
    sent("Bail d’habitation, 27 rue Oberkampf", LEASE, "lease.fr", ("camille", "hugo"), 520,
         copies=(ACCOUNTS,), envelope="oberkampf", place=OBERKAMPF, reads=9),
    sent("État des lieux d’entrée, 27 rue Oberkampf", OTHER, "inventory.fr", ("camille", "hugo"),
         520, envelope="oberkampf", place=OBERKAMPF),
    sent("Acte de cautionnement, 27 rue Oberkampf", CONTRACT, "guarantee.fr", (PAUL,), 520,
         copies=("camille",), envelope="oberkampf", place=OBERKAMPF),
    sent("Avenant n° 1 au bail, 27 rue Oberkampf – révision du loyer", LEASE, "amendment.fr",
         ("camille", "hugo"), 152, place=OBERKAMPF),
    sent("Avenant n° 2 au bail, 27 rue Oberkampf – départ d’un colocataire", LEASE, "amendment.fr",
         ("camille", "hugo"), 3, status=S.SENT, place=OBERKAMPF, reads=2),
    sent("Bail d’habitation, 9 rue de Charonne", LEASE, "lease.fr", ("yanis",), 388,
         copies=(ACCOUNTS,), envelope="charonne", place=CHARONNE, reads=6),
    sent("État des lieux d’entrée, 9 rue de Charonne", OTHER, "inventory.fr", ("yanis",), 388,
         envelope="charonne", place=CHARONNE),
    sent("Acte de cautionnement, 9 rue de Charonne", CONTRACT, "guarantee.fr", (MONIQUE,), 388,
         envelope="charonne", place=CHARONNE),
    sent("Remise des clés, 9 rue de Charonne", OTHER, "keys.fr", ("yanis", ""), 384, took=0,
         place=CHARONNE),
    sent("Bail meublé, 112 boulevard Voltaire", LEASE, "lease.fr", (INES,), 341, place=VOLTAIRE),
    sent("État des lieux d’entrée, 112 boulevard Voltaire", OTHER, "inventory.fr", (INES,), 340,
         place=VOLTAIRE),
    sent("Bail commercial, 4 rue Martel", LEASE, "lease.fr", ("yanis@2", MONIQUE), 301, took=9,
         copies=(ACCOUNTS,), place=MARTEL, reads=7),
    sent("Mandat de gestion locative, 61 rue du Temple", MANDATE, "mandate.fr", (BERNARD,), 470,
         place=TEMPLE),
    sent("Mandat de gestion locative, 4 rue Martel", MANDATE, "mandate.fr", (SANDRINE,), 312,
         place=MARTEL),
    sent("Bail meublé, 4 rue Martel", LEASE, "lease.fr", ("lucie",), 451, place=MARTEL),
    sent("Mandat de recherche, Paris 11e", MANDATE, "mandate.fr", ("hugo",), 236, place=VOLTAIRE),
    sent("Furnished lease, 61 rue du Temple", LEASE, "lease.en", ("emily",), 284, place=TEMPLE,
         reads=5),
    sent("Bail d’habitation, 61 rue du Temple", LEASE, "lease.fr", (INES, SANDRINE), 198,
         place=TEMPLE),
    sent("Congé donné par le locataire, 112 boulevard Voltaire", LEASE, "keys.fr", (INES,), 121,
         place=VOLTAIRE),
    sent("Mandat de vente, 4 rue Martel", MANDATE, "mandate.fr", (SANDRINE,), 96,
         status=S.DECLINED, place=MARTEL, reads=1),
    sent("Bail d’habitation, 112 boulevard Voltaire", LEASE, "lease.fr", (BERNARD, MONIQUE), 88,
         place=VOLTAIRE),
    sent("Dossier de candidature, 61 rue du Temple", OTHER, "guarantee.fr", ("thomas",), 74,
         status=S.VOIDED, place=TEMPLE, reads=1),
    sent("Avenant au mandat de gestion, 61 rue du Temple", MANDATE, "amendment.fr", (BERNARD,), 61,
         place=TEMPLE),
    sent("État des lieux de sortie, 112 boulevard Voltaire", OTHER, "inventory.fr", (INES,), 58,
         place=VOLTAIRE),
    sent("Attestation d’assurance habitation, 9 rue de Charonne", OTHER, "keys.fr", ("yanis",), 23,
         place=CHARONNE),
    sent("Bail de stationnement, 9 rue de Charonne, emplacement 14", LEASE, "lease.fr",
         ("yanis", "yanis@2"), 9, status=S.SENT, place=CHARONNE, reads=1),
    sent("Protocole d’accord relatif à la prise en charge des travaux de remplacement de la "
         "chaudière et des dix-sept radiateurs de l’immeuble du 27 rue Oberkampf, entre les "
         "locataires des lots 4, 7, 9 et 12 et le mandataire du bailleur", CONTRACT, "services.fr",
         ("camille", "hugo", PAUL, MONIQUE), 45, took=11, place=OBERKAMPF, reads=4),
    sent("Quittances de loyer, premier semestre", LEASE, "keys.fr", ("camille",), 141, took=0,
         place=OBERKAMPF, hidden="camille"),
    sent("Bail d’habitation, 18 rue des Récollets", LEASE, "lease.fr", ("camille",), 2190,
         place="18 rue des Récollets, 75010 Paris", reads=1),
)  # fmt: skip
