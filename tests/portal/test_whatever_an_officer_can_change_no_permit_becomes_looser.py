"""All that a data protection officer can propose or do, and why none of it loosens a permit.

Each kind of change, each address and each setting is named here. A new one fails these tests until
somebody has thought about what it does to the answers of the gate, and has said so in a line.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.changes import actions as changes
from accounts.changes.kinds import KINDS
from accounts.changes.models import Change
from accounts.changes.office import OfficeKind
from accounts.models import User
from accounts.roles import Role
from consents import permits
from consents.actions import choices
from consents.actions.purposes import load_catalogue
from consents.changing import drafts
from consents.models import Purpose, PurposeVersion
from consents.permits import Reason
from consents.register.kind import begin
from dsar import reckoning
from portal.dashboard.alarms import quieting, rounds, setting
from portal.dashboard.alarms.setting import Wish
from portal.dashboard.log import exports
from portal.dashboard.models import AlarmRule
from portal.lib.office.definitions import SETTINGS
from tests.accounts import people
from tests.consents.announced import announce
from tests.consents.evidence import claim
from tests.consents.worlds import World, make_purpose

pytestmark = pytest.mark.django_db
LATER = timedelta(days=60)

# What each setting is read by; the gate reads none of them (`consents.permits.RULE` is SQL alone).
READ_BY = {
    "contacts": "letters and pages",
    "transparency_page": "whether figures are public",
    "second_person": "who acts alone; that changes take two is given up by the operator alone",
    "purpose_notice_days": "how early people are told; the database refuses less than two weeks",
    "link_days": "how long a link shows a document; a refusal counts whatever the link",
    "identity_days": "requests that wait for a confirmation",
    "identity_link_days": "links that confirm who asks; an objection needs none",
    "pause_within_days": "when a question stops the clock of a request",
    "received_within_days": "which day of receipt staff may enter",
    "draft_days": "forms that were never sent",
    "review_every_copy": "whether a copy waits for a look",
    "package_days": "how long a copy can be fetched",
    "erasure_grace_hours": "when an erasure is carried out",
    "backup_days": "what is said of backups",
    "many_in_an_hour": "what of staff's activity is marked",
    "without_request": "what of staff's activity is marked",
    "digest_hour": "when a mail comes",
}
# Addresses under /dashboard/ by which nothing is changed.
READ = {
    "dashboard", "dashboard-trends", "dashboard-choices", "dashboard-uses", "dashboard-gate",
    "dashboard-standing", "dashboard-canaries",
    "dashboard-approvals", "dashboard-change", "dashboard-changes", "dashboard-version",
    "dashboard-wizard", "dashboard-wizard-page", "dashboard-evidence", "dashboard-evidence-file",
    "dashboard-evidence-purpose", "dashboard-register", "dashboard-register-export",
    "dashboard-register-record", "dashboard-register-history", "dashboard-reports",
    "dashboard-report", "dashboard-report-file", "dashboard-log", "dashboard-log-person",
    "dashboard-log-staff", "dashboard-log-member", "dashboard-log-copy", "dashboard-alarms",
    "dashboard-alarm-history", "dashboard-settings", "dashboard-settings-calendar",
    "dashboard-settings-kind",
}  # fmt: skip
# The others, with what stands between a click and a permit.
ACTS = {
    # A draft changes nothing; what it becomes is one of KINDS, tried below.
    "dashboard-change-act": "carries out a kind of change, by the second person",
    "dashboard-wizard-start": "begins a draft",
    "dashboard-wizard-step": "keeps a draft",
    "dashboard-evidence-new": "begins a draft",
    "dashboard-evidence-draft": "keeps a draft",
    "dashboard-evidence-policy": "begins a draft that closes; the other direction is refused",
    "dashboard-register-new": "begins a draft",
    "dashboard-register-edit": "keeps a draft",
    "dashboard-register-import": "reads a file",
    "dashboard-register-keep": "begins drafts",
    "dashboard-setting": "keeps a draft",
    "dashboard-log-exports": "begins a change that hands out a file",
    # At once, by one officer.
    "dashboard-evidence-withdraw": "only closes",
    "dashboard-version-stop": "goes back to what is in effect; from a promise only by two persons",
    "dashboard-resend": "tells people again",
    "dashboard-log-export": "ends a file",
    "dashboard-log-export-link": "makes a link to a file",
    "dashboard-report-new": "makes a report",
    "dashboard-report-new-of": "makes a report",
    "dashboard-report-again": "makes a report",
    "dashboard-alarm-rule": "says when an alarm speaks and to whom; quieter only by two persons",
    "dashboard-alarm-switch": "an alarm is on, or a second person is asked",
    "dashboard-alarm-test": "sends a test",
    "dashboard-alarm-digest": "one's own mail",
    "dashboard-alarm-hook": "where alarms go",
    "dashboard-alarm-hook-new": "where alarms go",
    "dashboard-alarm-secret": "how alarms are signed",
    "dashboard-alarm-hook-test": "sends a test",
}


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Roy", role=Role.DPO)


@pytest.fixture
def dora(db: None) -> User:
    return people.make("dora@regard.example", name="Dora Lindt", role=Role.DPO)


@pytest.fixture
def world(db: None) -> World:
    """Four purposes that are closed for as many reasons, and one that is open."""
    found = World()
    found.refuse(found.dan)
    choices.refuse_for_organisation(
        found.purpose, organisation=found.organisation, by=found.ada, language="en"
    )
    for slug in ("claims", "wider", "open"):
        make_purpose(slug, "objection")
    own = found.purpose
    for slug, make in (("claims", lambda: claim(found)), ("wider", found.widen)):
        found.purpose = Purpose.objects.get(slug=slug)
        make()
    found.purpose = own
    return found


def closed(world: World, later: timedelta) -> dict[tuple[str, str], Reason]:
    """Return what is closed at a time from now on, and why."""
    references, now = [one.reference for one in world.documents], timezone.now() + later
    return {
        (slug, one.reference): one.reason
        for slug in Purpose.objects.values_list("slug", flat=True)
        for one in permits.decide(references, slug, now=now)
        if not one.allowed
    }


# --- One or more examples of every kind: subject and payload ---------------------------------

Example = tuple[str, dict[str, Any]]


def versions(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[Example]:
    for slug in ("claims", "wider", "ai-training"):
        last = PurposeVersion.objects.filter(purpose__slug=slug).latest("number")
        yield slug, change(drafts.payload_of(last))


def purposes() -> Iterator[Example]:
    yield from versions(lambda one: one | {"data_categories": ["pd:Name", "pd:Age"]})
    yield from versions(lambda one: one | {"retention_duration": "P9Y"})
    yield from versions(lambda one: one | {"anonymised": False, "statement": {}})
    yield from versions(lambda one: one | {"data_categories": [], "retention_duration": "P1M"})


def stops() -> Iterator[Example]:
    version = announce(Purpose.objects.get(slug="open"))
    yield "open", {"number": version.number, "reason": "Too early."}


def office(slug: str, subject: str, /, **typed: Any) -> Iterator[Example]:
    kind = KINDS[slug]
    assert isinstance(kind, OfficeKind)
    yield subject, {"typed": kind.typed(subject, kind.now(subject)) | typed}


def settings_within_bounds() -> Iterator[Example]:
    for key in SETTINGS:
        for value in ("1", "7", "14", "90", "365", "yes", "no"):
            yield key, {"typed": {"value": value, "years": value}}


def records() -> Iterator[Example]:
    load_catalogue("consent")
    yield "delivery", begin("delivery") | {"measures_en": "None.", "measures_fr": "Aucune."}


def day() -> str:
    return f"FR-{reckoning.office_today().isoformat()}"


EXAMPLES: dict[str, Callable[[], Iterator[Example]]] = {
    "purpose": purposes,
    # It never opens what is closed today: see also test_a_promise_to_people_is_taken_back_by_two.
    "purpose_stop": stops,
    # What a measurement proves it opens, and nothing else does: see the test of its own.
    "evidence": lambda: iter([]),
    "evidence_policy": lambda: iter([("claims", {"closes": False}), ("open", {"closes": True})]),
    "register": records,
    "setting": settings_within_bounds,
    "regime": lambda: office("regime", "gdpr", answer="10", answer_unit="days"),
    "authority": lambda: office("authority", "FR", name="Commission"),
    "letter": lambda: office("letter", "refused.en", subject="Your request {reference}: no"),
    "calendar": lambda: office("calendar", day(), is_closed="yes", name="Fair"),
    # Begun where they are asked for, in the world of the test.
    "log-export": lambda: iter([]),
    "alarm-off": lambda: iter([]),
    "alarm-quiet": lambda: iter([]),
}


def test_every_kind_of_change_is_considered() -> None:
    assert set(KINDS) == set(EXAMPLES)


def test_every_setting_is_considered() -> None:
    assert set(SETTINGS) == set(READ_BY)
    assert "kernel_officeversion" not in permits.RULE, "the gate reads no setting"


def test_every_address_of_the_dashboard_is_considered() -> None:
    def names(patterns: list[Any], at: str) -> Iterator[str]:
        for one in patterns:
            path = f"{at}{one.pattern}"
            if isinstance(one, URLResolver):
                yield from names(one.url_patterns, path)
            elif isinstance(one, URLPattern) and path.startswith("dashboard/"):
                yield str(one.name)

    found = set(names(get_resolver().url_patterns, ""))
    assert found == READ | set(ACTS)
    assert not READ & set(ACTS)


def carried_out(kind: str, subject: str, payload: dict[str, Any], dina: User, dora: User) -> bool:
    change = changes.draft(kind, subject, payload, by=dina, reason="Why not.")
    try:
        changes.propose(change, by=dina)
        changes.approve(change, by=dora)
    except (changes.NotReady, changes.Overtaken):
        changes.withdraw(change, by=dina)
        return False
    return True


@pytest.mark.parametrize("kind", [one for one in EXAMPLES if one != "evidence"])
def test_two_officers_who_agree_open_nothing(
    kind: str, world: World, dina: User, dora: User
) -> None:
    tried = 0
    for subject, payload in EXAMPLES[kind]():
        was = {later: closed(world, later) for later in (timedelta(0), LATER)}
        if kind == "purpose_stop":  # what was only announced never closed anything: today counts
            was[LATER] = was[timedelta(0)]
        tried += carried_out(kind, subject, payload, dina, dora)
        for later, before in was.items():
            assert before.keys() <= closed(world, later).keys(), (kind, subject, payload)
    assert tried or kind in ("log-export", "alarm-off", "alarm-quiet")


def test_an_alarm_and_an_export_open_nothing(world: World, dina: User, dora: User) -> None:
    rounds.ensure()
    was = {later: closed(world, later) for later in (timedelta(0), LATER)}
    quiet = AlarmRule.objects.get(code="queue_waits")
    wish = Wish(60, to_all=True, readers=[], hooks=[], tells_end=False)
    begun = [
        changes.propose(quieting.ask(quiet, wish, by=dina), by=dina),
        setting.switch_off(AlarmRule.objects.get(code="canary_leaked"), by=dina, reason="Quiet."),
        exports.ask(
            person=None, since=timezone.now() - LATER, until=timezone.now(),
            reason="For the authority.", by=dina,
        ),
    ]  # fmt: skip
    for change in begun:
        changes.approve(Change.objects.get(pk=change.pk), by=dora)
    assert was == {later: closed(world, later) for later in was}
