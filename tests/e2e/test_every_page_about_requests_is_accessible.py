"""The pages of requests, of support and of the DPO are held to what holds for every page."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.actions import claim_address
from accounts.changes import actions as changes
from accounts.models import User
from dsar import actions
from dsar.models.requests import Kind
from portal.dashboard.models.reports import Report
from portal.dashboard.periods import month_of, year_of
from portal.dashboard.reports import building, tasks
from tests.accounts import people
from tests.consents.worlds import make_person, make_purpose
from tests.dsar.worlds import make_life
from tests.e2e import visits


def reports(officer: User) -> list[str]:
    """Return the pages of reports: one that is done, one that waits, and the public figures."""
    today = timezone.localdate()
    periods = (month_of(today), year_of(today.year))
    done, waiting = (
        building.ask(building.Asked(Report.Kind.RANGE, period, "en"), by=officer, today=today)[0]
        for period in periods
    )
    tasks.build(done.pk)
    tasks.publish()
    paths = ["", "new/range/", f"{done.uid}/", f"{waiting.uid}/"]
    return [*(f"/dashboard/reports/{path}" for path in paths), "/transparency/"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page(
    theme: str, live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], settings: Any
) -> None:
    settings.TRANSPARENCY_PAGE = True
    make_purpose()
    ada = people.make("ada@example.org", name="Ada")
    claim_address("ada@example.org", person=ada)
    make_life(ada, make_person("bob"))
    Authenticator.objects.filter(user=ada).delete()  # its secret is made up
    asked = actions.open_request(Kind.ACCESS, person=ada, by=ada, language="en")
    dina = people.with_app(people.make("dina@staff.example.org", name="Dina", role="dpo"))
    draft = changes.draft("purpose", "ai-training", {"recall": "many"}, by=dina)
    proof = changes.draft("evidence", "ai-training", {"labelled": "many"}, by=dina)
    drafts = [
        "changes/", f"changes/{draft.uid}/", f"changes/{draft.uid}/facts/?check=1",
        f"changes/{draft.uid}/words/?check=1", f"changes/{draft.uid}/notice/",
        "evidence/ai-training/", f"evidence/draft/{proof.uid}/?check=1",
    ]  # fmt: skip
    mine = ["", "new/", "new/erasure/", f"{asked.reference}/", f"{asked.reference}/withdraw/"]
    theirs = [f"/staff/requests/{asked.reference}/", "/staff/", "/staff/people/", "/staff/outbox/"]
    # Two settings with a draft: one with what is wrong at its fields, one with its preview.
    changes.draft("setting", "contacts", {"typed": {"email": "no address"}}, by=dina)
    drafted = {"subject": "On {reference}", "body": "{page}"}
    changes.draft("letter", "message.fr", {"typed": drafted}, by=dina)
    drafts += [
        f"settings/{one}"
        for one in ["", "setting/contacts/", "letter/message.fr/", "regime/ccpa/", "calendar/"]
    ]
    walks = [
        ("ada@example.org", [f"/requests/{path}" for path in mine]),
        (
            "dina@staff.example.org",
            [*theirs, "/dashboard/", *(f"/dashboard/{one}" for one in drafts), *reports(dina)],
        ),
    ]
    for email, paths in walks:
        viewport = {"width": visits.WIDTHS[theme], "height": 800}
        page, complaints = visits.watched(chromium(color_scheme=theme, viewport=viewport))
        visits.sign_in(page, live, email)
        if "/2fa/" in page.url:
            page.locator("[name=code]").fill(people.app_code())
            page.locator("main form .button.primary").click()
            page.wait_for_url(lambda url: "/2fa/" not in url)
        complaints.clear()
        for path in paths:
            page.goto(live + path)
            visits.inspect(page, axe)
        assert complaints == []
