"""Where to complain: the supervisory authority of each country (art. 77 GDPR), by its own name.

What the office has published for a country counts in place of what is listed here.

The addresses of the Union and the EEA are those of the European Data Protection Board's list of
members, as read in September 2026. The others, and the names in languages that the list gives in
English, are from memory (docs/legal.md says so).
"""

from dataclasses import dataclass
from typing import Any

from portal.lib.office import store

KEY = "authority:"


@dataclass(frozen=True)
class Authority:
    """A supervisory authority, by its own name; ``also`` is another that can be turned to."""

    name: str
    url: str
    also: "Authority | None" = None
    address: str = ""

    @property
    def in_full(self) -> str:
        """Its name, with its postal address if we know it, and its web address."""
        where = " ".join(self.address.split())
        return f"{self.name}, {where} ({self.url})" if where else f"{self.name} ({self.url})"


# For a country not listed here the Board's own list is the honest answer.
BOARD = Authority(
    "European Data Protection Board", "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"
)

AUTHORITIES = {
    "AT": Authority("Datenschutzbehörde", "https://www.dsb.gv.at"),
    "BE": Authority(
        "Autorité de protection des données / Gegevensbeschermingsautoriteit",
        "https://www.autoriteprotectiondonnees.be",
    ),
    "BG": Authority("Комисия за защита на личните данни", "https://www.cpdp.bg"),
    "CY": Authority(
        "Γραφείο Επιτρόπου Προστασίας Δεδομένων Προσωπικού Χαρακτήρα",
        "https://www.dataprotection.gov.cy",
    ),
    "CZ": Authority("Úřad pro ochranu osobních údajů", "https://uoou.gov.cz"),
    "DE": Authority(
        "Bundesbeauftragte für den Datenschutz und die Informationsfreiheit",
        "https://www.bfdi.bund.de",
    ),
    "DK": Authority("Datatilsynet", "https://www.datatilsynet.dk"),
    "EE": Authority("Andmekaitse Inspektsioon", "https://www.aki.ee"),
    "ES": Authority("Agencia Española de Protección de Datos", "https://www.aepd.es"),
    "FI": Authority("Tietosuojavaltuutetun toimisto", "https://tietosuoja.fi"),
    "FR": Authority("CNIL", "https://www.cnil.fr"),
    "GR": Authority("Αρχή Προστασίας Δεδομένων Προσωπικού Χαρακτήρα", "https://www.dpa.gr"),
    "HR": Authority("Agencija za zaštitu osobnih podataka", "https://azop.hr"),
    "HU": Authority("Nemzeti Adatvédelmi és Információszabadság Hatóság", "https://www.naih.hu"),
    "IE": Authority("Data Protection Commission", "https://www.dataprotection.ie"),
    "IS": Authority("Persónuvernd", "https://www.personuvernd.is"),
    "IT": Authority(
        "Garante per la protezione dei dati personali", "https://www.garanteprivacy.it"
    ),
    "LI": Authority("Datenschutzstelle", "https://www.datenschutzstelle.li"),
    "LT": Authority("Valstybinė duomenų apsaugos inspekcija", "https://vdai.lrv.lt"),
    "LU": Authority(
        "Commission nationale pour la protection des données", "https://cnpd.public.lu"
    ),
    "LV": Authority("Datu valsts inspekcija", "https://www.dvi.gov.lv"),
    "MT": Authority(
        "Office of the Information and Data Protection Commissioner", "https://idpc.org.mt"
    ),
    "NL": Authority("Autoriteit Persoonsgegevens", "https://www.autoriteitpersoonsgegevens.nl"),
    "NO": Authority("Datatilsynet", "https://www.datatilsynet.no"),
    "PL": Authority("Urząd Ochrony Danych Osobowych", "https://uodo.gov.pl"),
    "PT": Authority("Comissão Nacional de Proteção de Dados", "https://www.cnpd.pt"),
    "RO": Authority(
        "Autoritatea Națională de Supraveghere a Prelucrării Datelor cu Caracter Personal",
        "https://www.dataprotection.ro",
    ),
    "SE": Authority("Integritetsskyddsmyndigheten", "https://www.imy.se"),
    "SI": Authority("Informacijski pooblaščenec", "https://www.ip-rs.si"),
    "SK": Authority(
        "Úrad na ochranu osobných údajov Slovenskej republiky",
        "https://www.dataprotection.gov.sk",
    ),
    "GB": Authority("Information Commissioner’s Office", "https://ico.org.uk"),
    "CH": Authority(
        "Eidgenössischer Datenschutz- und Öffentlichkeitsbeauftragter (EDÖB)",
        "https://www.edoeb.admin.ch",
    ),
    "US": Authority(
        "California Privacy Protection Agency",
        "https://cppa.ca.gov",
        Authority("Attorney General of California", "https://oag.ca.gov"),
    ),
    "US-VA": Authority("Attorney General of Virginia", "https://www.oag.state.va.us"),
    "US-CO": Authority("Colorado Attorney General", "https://coag.gov"),
}


def of(country: str, region: str = "") -> Authority:
    """Return the authority of a country (ISO 3166-1 alpha-2) or of its region (3166-2: "CA")."""
    for place in (f"{country}-{region}", country):
        version = store.current(KEY + place)
        if version is not None and version.value is not None:
            return kept(version.value)
        if place in AUTHORITIES:
            return AUTHORITIES[place]
    return BOARD


def kept(value: dict[str, Any]) -> Authority:
    """Return the authority that was kept as JSON."""
    also = Authority(value["also_name"], value["also_url"]) if value["also_name"] else None
    return Authority(value["name"], value["url"], also, value["address"])
