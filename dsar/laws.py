"""What each law is called, where it says so, and which ways stay open: words for pages, letters.

The dates of each law are in ``dsar.deadlines``; here are its names. A sentence never says more
than the law that answers the request gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import places
from dsar import authorities, deadlines
from dsar.deadlines import Regime, RegimeCode
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from portal.lib.errors import DomainError

Words = str | Promise
# What people write for a country whose ISO code is another.
ALSO_CALLED = {"UK": "GB", "EL": "GR"}
STATES = (
    "AL AK AZ AR CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND "
    "NE NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VT WA WI WV WY"
)
STATES_OF_US = frozenset(STATES.split())
LONGEST_REGION = 3


class UnknownPlace(DomainError):
    """What was given names no country, or no part of it."""

    code = "unknown_place"


@dataclass(frozen=True)
class Law:
    """How people know a law. ``articles`` by kind of request, as ``citation`` writes them.

    ``complaint`` and ``court`` are whole sentences; the first holds ``%(authority)s``.
    """

    name: Words
    short: Words
    citation: Words
    articles: Mapping[str, str]
    complaint: Words
    court: Words
    # Which article gives more time, and why.
    extension: Words


GDPR_ARTICLES: dict[str, str] = {
    Kind.ACCESS: "15",
    Kind.PORTABILITY: "20",
    Kind.ERASURE: "17",
    Kind.RECTIFICATION: "16",
    Kind.RESTRICTION: "18",
    Kind.OBJECTION: "21",
    Kind.HUMAN_REVIEW: "22(3)",
    Kind.APPEAL: "12(4)",
}
NO_COURT = gettext_lazy("This law leaves going to court to the authority.")
ATTORNEY = gettext_lazy("If you do not agree, you can turn to the %(authority)s.")

LAWS: dict[RegimeCode, Law] = {
    RegimeCode.GDPR: Law(
        gettext_lazy("General Data Protection Regulation"),
        gettext_lazy("GDPR"),
        gettext_lazy("article %(article)s GDPR"),
        GDPR_ARTICLES,
        gettext_lazy(
            "You can complain to the supervisory authority, %(authority)s (article 77 GDPR)."
        ),
        gettext_lazy("You can also go to court (article 79 GDPR)."),
        gettext_lazy("article 12(3) GDPR"),
    ),
    RegimeCode.UK_GDPR: Law(
        gettext_lazy("UK General Data Protection Regulation"),
        gettext_lazy("UK GDPR"),
        gettext_lazy("article %(article)s UK GDPR"),
        # The Data (Use and Access) Act 2025 put articles 22A to 22D in the place of 22.
        GDPR_ARTICLES | {Kind.HUMAN_REVIEW: "22C"},
        gettext_lazy("You can complain to the %(authority)s (article 77 UK GDPR)."),
        gettext_lazy("You can also go to court (article 79 UK GDPR)."),
        gettext_lazy("article 12(3) UK GDPR"),
    ),
    RegimeCode.FADP: Law(
        gettext_lazy("Swiss Federal Act on Data Protection"),
        gettext_lazy("FADP"),
        gettext_lazy("article %(article)s FADP"),
        {
            Kind.ACCESS: "25",
            Kind.PORTABILITY: "28",
            Kind.ERASURE: "32(2)(c)",
            Kind.RECTIFICATION: "32(1)",
            Kind.RESTRICTION: "32(2)(a)",
            Kind.OBJECTION: "30(2)(b)",
            Kind.HUMAN_REVIEW: "21(2)",
        },
        gettext_lazy("You can report it to the federal commissioner, %(authority)s."),
        gettext_lazy("You can also go to a civil court (article 32 FADP)."),
        gettext_lazy("article 18 of the Data Protection Ordinance"),
    ),
    RegimeCode.CCPA: Law(
        gettext_lazy("California Consumer Privacy Act"),
        gettext_lazy("CCPA"),
        gettext_lazy("section %(article)s of the California Civil Code"),
        {
            Kind.ACCESS: "1798.110",
            Kind.PORTABILITY: "1798.130",
            Kind.ERASURE: "1798.105",
            Kind.RECTIFICATION: "1798.106",
            Kind.RESTRICTION: "1798.121",
            Kind.OBJECTION: "1798.120",
        },
        gettext_lazy("You can complain to the %(authority)s."),
        gettext_lazy(
            "You can go to court yourself after certain breaches of security (section 1798.150)."
        ),
        gettext_lazy("section 7021(b) of the CCPA regulations"),
    ),
    RegimeCode.VCDPA: Law(
        gettext_lazy("Virginia Consumer Data Protection Act"),
        gettext_lazy("VCDPA"),
        gettext_lazy("section %(article)s of the Code of Virginia"),
        {
            Kind.ACCESS: "59.1-577(A)(1)",
            Kind.RECTIFICATION: "59.1-577(A)(2)",
            Kind.ERASURE: "59.1-577(A)(3)",
            Kind.PORTABILITY: "59.1-577(A)(4)",
            Kind.OBJECTION: "59.1-577(A)(5)",
            Kind.APPEAL: "59.1-577(C)",
        },
        ATTORNEY,
        NO_COURT,
        gettext_lazy("section 59.1-577 of the Code of Virginia"),
    ),
    RegimeCode.CPA: Law(
        gettext_lazy("Colorado Privacy Act"),
        gettext_lazy("CPA"),
        gettext_lazy("section %(article)s of the Colorado Revised Statutes"),
        {
            Kind.OBJECTION: "6-1-1306(1)(a)",
            Kind.ACCESS: "6-1-1306(1)(b)",
            Kind.RECTIFICATION: "6-1-1306(1)(c)",
            Kind.ERASURE: "6-1-1306(1)(d)",
            Kind.PORTABILITY: "6-1-1306(1)(e)",
            Kind.APPEAL: "6-1-1306(3)",
        },
        ATTORNEY,
        NO_COURT,
        gettext_lazy("section 6-1-1306 of the Colorado Revised Statutes"),
    ),
}


def regime_for(country: str, region: str = "") -> Regime:
    """Return the law, as shipped, that answers somebody of this place.

    With the figures the office has set: ``dsar.figures.in_force``.
    """
    if settings.ANSWER_ALL_UNDER_GDPR:
        return deadlines.REGIMES[RegimeCode.GDPR]
    return deadlines.regime_of(country, region)


def law_of(request: SubjectRequest) -> Law:
    """Return the names of the law that answers a request."""
    return LAWS[RegimeCode(request.regime)]


def cited(request: SubjectRequest) -> str:
    """Return where the law gives this right, as "article 15 GDPR"; empty where it does not."""
    law = law_of(request)
    article = law.articles.get(request.kind)
    return str(law.citation) % {"article": article} if article else ""


def remedies(request: SubjectRequest) -> list[str]:
    """Return, a sentence each, where to complain and whether there is a way to court (12(4))."""
    law, authority = law_of(request), authorities.of(request.country, request.region)
    name = authority.in_full
    if authority.also:
        name = _("%(one)s or the %(other)s") % {
            "one": name,
            "other": authority.also.in_full,
        }
    return [str(law.complaint) % {"authority": name}, str(law.court)]


def place_of(text: str) -> tuple[str, str]:
    """Return country and region of an ISO 3166 code: "FR" → ("FR", ""), "us-ca" → ("US", "CA").

    The region is empty where none was given.

    Raises:
        UnknownPlace: it is no code of a country, or no state of the United States.
    """
    country, dash, region = text.strip().upper().partition("-")
    country = ALSO_CALLED.get(country, country)
    if country not in {code for code, _name in places.countries() if code}:
        raise UnknownPlace(_("Give the country by its two letters, as “FR”, or “US-CA”."))
    readable = region.isascii() and region.isalnum() and len(region) <= LONGEST_REGION
    if dash and (not readable or (country == "US" and region not in STATES_OF_US)):
        raise UnknownPlace(_("Give the part of the country by its ISO code, as “US-CA”."))
    return country, region
