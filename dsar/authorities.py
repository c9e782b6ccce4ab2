"""Where to complain: the supervisory authority of each country (art. 77 GDPR)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Authority:
    """A supervisory authority, by its own name."""

    name: str
    url: str


# For a country not listed here the Board's own list is the honest answer.
BOARD = Authority(
    "European Data Protection Board", "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"
)

AUTHORITIES = {
    "AT": Authority("Datenschutzbehörde", "https://www.dsb.gv.at"),
    "BE": Authority(
        "Autorité de protection des données", "https://www.autoriteprotectiondonnees.be"
    ),
    "DE": Authority(
        "Bundesbeauftragte für den Datenschutz und die Informationsfreiheit",
        "https://www.bfdi.bund.de",
    ),
    "ES": Authority("Agencia Española de Protección de Datos", "https://www.aepd.es"),
    "FR": Authority("CNIL", "https://www.cnil.fr"),
    "IE": Authority("Data Protection Commission", "https://www.dataprotection.ie"),
    "IT": Authority(
        "Garante per la protezione dei dati personali", "https://www.garanteprivacy.it"
    ),
    "LU": Authority(
        "Commission nationale pour la protection des données", "https://cnpd.public.lu"
    ),
    "NL": Authority("Autoriteit Persoonsgegevens", "https://www.autoriteitpersoonsgegevens.nl"),
    "PT": Authority("Comissão Nacional de Proteção de Dados", "https://www.cnpd.pt"),
}


def of(country: str) -> Authority:
    """Return the authority of a country (ISO 3166-1 alpha-2)."""
    return AUTHORITIES.get(country, BOARD)
