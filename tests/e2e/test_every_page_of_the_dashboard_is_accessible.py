"""Every page under /dashboard/ holds to WCAG 2.2 AA, wide and light or narrow and dark in turn.

The addresses are taken from the URLconf: a page that is new is asked about, or says what it needs.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.urls import URLResolver
from django.utils import timezone

from accounts.changes import actions as changes
from consents.changing import drafts
from consents.models import Purpose
from portal.dashboard import urls
from portal.dashboard.alarms import rounds
from portal.dashboard.log import exports
from portal.dashboard.models import AlarmHook
from portal.dashboard.models.reports import Report
from portal.dashboard.periods import Period
from portal.dashboard.reports import building
from portal.dashboard.reports.building import Asked
from tests.accounts import people
from tests.consents.announced import announce
from tests.consents.pages.conftest import Shop
from tests.e2e import visits

# Acts, files, and a frame with the page that customers see.
NO_PAGES = re.compile(
    r"/(export|file|link|copy|policy|withdraw|again|resend|switch|stop|test|secret|keep|page|person)/"
    r"|<slug:act>|<slug:format>|evidence/<slug:slug>/new"
)
PLACES = ("facts", "words", "difference", "reach", "notice", "dates")
GROUPS = ("letter",)


def routes() -> list[str]:
    """Return every route of the dashboard that shows a page of its own."""
    found = [
        str(one.pattern)
        for area in urls.urlpatterns
        if isinstance(area, URLResolver)
        for one in area.url_patterns
    ]
    return [one for one in found if not NO_PAGES.search(f"/{one}")]


def known(dina: Any, shop: Shop) -> dict[str, list[str]]:
    """Make one of everything and return what names it, by the end of a route."""
    announced = announce(Purpose.objects.get(slug="ai-features"))
    payload = drafts.payload_of(shop.training.versions.latest("number"))
    draft = str(changes.draft("purpose", "ai-training", payload, by=dina).uid)
    rounds.ring(timezone.now())
    since = timezone.now() - timedelta(days=9)
    export = exports.ask(person=None, since=since, until=None, reason="CNIL 26", by=dina)
    measured = changes.draft("evidence", "ai-training", {}, by=dina)
    october = Period(date(2025, 10, 1), date(2025, 10, 31))
    monthly = Asked(Report.Kind.MONTHLY, october, "fr")
    report, _new = building.ask(monthly, by=dina, today=date(2025, 11, 3))
    hook = AlarmHook.objects.create(name="Pager", url="https://pager.example/")
    return {
        "changes/<uuid:uid>/<slug:place>/": [f"changes/{draft}/{one}/" for one in PLACES],
        "settings/<slug:group>/": [f"settings/{one}/" for one in GROUPS],
        "settings/<slug:group>/<str:subject>/": [
            "settings/setting/contacts/", "settings/letter/refused.fr/",
        ],
        "<int:pk>": [str(announced.pk)],
        "alarms/hooks/<uuid:uid>/": [f"alarms/hooks/{hook.uid}/"],
        "log/staff/<uuid:uid>/": [f"log/staff/{dina.uid}/"],
        "log/exports/<uuid:uid>/": [f"log/exports/{export.subject}/"],
        "evidence/draft/<uuid:uid>/": [f"evidence/draft/{measured.uid}/"],
        "reports/<uuid:uid>/": [f"reports/{report.uid}/"],
        "<uuid:uid>": [draft],
        "alarms/rules/<slug:code>/": ["alarms/rules/request_late/"],
        "<slug:kind>": ["monthly"],
        "<slug:slug>": ["ai-training"],
    }  # fmt: skip


def addresses(names: dict[str, list[str]]) -> list[str]:
    """Return the address of every page."""
    found = []
    for route in routes():
        part = route if route in names else next(iter(re.findall(r"<[^>]+>", route)), "")
        found += [route.replace(part, one) for one in names[part]] if part else [route]
    return found


def test_every_page_of_the_dashboard(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    cache.clear()
    dina = people.with_app(people.make("dina@paraphe.example", role="dpo", name="Dina Roy"))
    pages = addresses(known(dina, Shop()))
    page, complaints = visits.watched(chromium(locale="fr-FR"))
    visits.sign_in(page, live, str(dina.email))
    page.locator("[name=code]").fill(people.app_code())
    page.locator("main form .button.primary").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    complaints.clear()
    for turn, address in enumerate(pages):
        answer = page.goto(f"{live}/dashboard/{address}")
        assert answer.status == 200, address
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        ways = list(visits.WIDTHS.items())
        for scheme, width in ways if turn % 2 else reversed(ways):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            visits.require_reflow(page)
        visits.inspect(page, axe)
    assert complaints == []
