"""What cannot be applied is kept, shown to staff, tried again, and not kept for ever."""

import contextlib
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from consents import docusign, staff
from consents.actions import envelopes
from consents.models import Document, InboundEvent
from tests.accounts import people
from tests.consents.envelopes import bare, completed, event
from tests.reading import without_tokens

pytestmark = pytest.mark.django_db


def broken(**changes):
    made = completed()
    made.update(changes)
    return made


@pytest.mark.parametrize(
    ("made", "code", "where"),
    [
        ([], "not_an_event", "event"),
        ("text", "not_an_event", "event"),
        ({"event": "envelope-completed"}, "not_an_event", "data"),
        (broken(data={"envelopeSummary": {}}), "no_envelope", "data.envelopeId"),
        (broken(data={"envelopeId": "../../etc"}), "no_envelope", "data.envelopeId"),
        (bare("envelope-sent", "", envelopeSummary={"envelopeId": "b"}), "two_envelopes", None),
        (broken(generatedDateTime=None), None, None),  # the state's own time does as well
        (bare("envelope-sent", ""), "no_time", "generatedDateTime"),
        (broken(generatedDateTime="yesterday"), "bad_date", "generatedDateTime"),
        (broken(generatedDateTime="9999-12-31T23:59:59-14:00"), "bad_date", "generatedDateTime"),
        (completed(status="enchanted"), "unknown_status", "data.envelopeSummary.status"),
        (bare("click-agreed", "2026-09-14T00:00:00Z"), "unknown_event", "event"),
        (completed(recipients=[1]), "not_an_event", "data.envelopeSummary.recipients"),
        (completed(recipients={"signers": {}}), "not_a_list",
         "data.envelopeSummary.recipients.signers"),
        (completed(recipients={"signers": ["x"]}), "not_an_event",
         "data.envelopeSummary.recipients.signers[0]"),
        (completed(envelopeDocuments=[{"type": "content", "documentId": "a/b"}]), "no_document",
         "data.envelopeSummary.envelopeDocuments[0].documentId"),
        (completed(envelopeDocuments=[{"documentId": "1", "PDFBytes": "%%%"}]), "bad_file",
         "data.envelopeSummary.envelopeDocuments[0].PDFBytes"),
        (completed(envelopeDocuments=[]), "unknown_envelope", ""),
        (bare("envelope-completed", "2026-09-14T00:00:00Z"), "unknown_envelope", ""),
    ],
)  # fmt: skip
def test_it_is_kept_with_the_reason(hook, made, code, where):
    answer = hook(made)
    assert answer.status_code == 200
    kept = InboundEvent.objects.first()
    if code is None:
        assert kept is None
    else:
        assert answer.json() == {"result": "kept"}
        assert kept is not None
        assert kept.code == code
        assert where is None or kept.where == where
        assert not Document.objects.exists()


def test_it_is_kept_once_however_often_it_is_sent(hook):
    for _ in range(3):
        hook(completed(status="enchanted"))
    assert InboundEvent.objects.count() == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["1", "2026-01-01T00:00:00Z", "0001-01-01", "content", "completed"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["email", "name", "documentId", "signers"]), inner),
    max_leaves=6,
)  # fmt: skip


def paths(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from paths(inner, (*path, place))


@settings(deadline=None, max_examples=400, suppress_health_check=[*HealthCheck])
@given(path=st.sampled_from([path for path in paths(completed()) if path]), value=JSON)
def test_whatever_stands_in_its_place_it_is_read_or_called_unreadable(path, value):
    made = inner = completed()
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with contextlib.suppress(docusign.Unreadable):
        docusign.read(made)


@pytest.fixture
def sam(db):
    return people.with_app(people.make("sam@regard.example", name="Sam Roy", role=Role.SUPPORT))


@pytest.fixture
def desk(sam):
    return people.sign_in(Client(), sam)


def test_staff_see_why_and_no_names(hook, desk):
    hook(completed(status="enchanted"))
    page = desk.get("/staff/events/").content.decode()
    assert "<strong>1 event</strong>" in page
    assert "The envelope is in a state that we do not know." in page
    assert "&quot;status&quot;: &quot;enchanted&quot;" in page
    for word in ("Camille", "courriel", "Lilas", "Bail"):
        assert word not in without_tokens(page)


def test_an_event_too_large_to_outline_stays_in_the_database(hook, desk):
    hook(completed(status="enchanted", note="x" * staff.MOST_BYTES))
    hook(completed(status="bewitched"))
    with CaptureQueriesContext(connection) as queries:
        page = desk.get("/staff/events/").content.decode()
    assert page.count("The event is too large to be shown.") == 1
    assert "&quot;status&quot;: &quot;bewitched&quot;" in page
    assert "enchanted" not in page
    column = '"consents_inboundevent"."body"'
    for one in queries:
        # Read only where it was measured before.
        assert column not in one["sql"].partition(" FROM ")[0] or "octet_length" in one["sql"]


def test_staff_can_try_again_once_we_understand(hook, desk, sam, monkeypatch):
    hook(completed(status="enchanted"))
    kept = InboundEvent.objects.get()
    url = f"/staff/events/{kept.uid}/try/"
    assert "can still not be applied" in desk.post(url, follow=True).content.decode()
    # A new version of our reader knows the state.
    monkeypatch.setitem(docusign.STATUS, "enchanted", Document.Status.COMPLETED)
    page = desk.post(url, follow=True).content.decode()
    assert "1 event was applied." in page
    assert "Every event from the signing service has been applied." in page
    kept.refresh_from_db()
    assert (kept.status, bytes(kept.body)) == (InboundEvent.Status.APPLIED, b"")
    assert (kept.tried_by, kept.attempts) == (sam, 3)
    assert Document.objects.count() == 2
    desk.post(url)  # settled: nothing is done again
    kept.refresh_from_db()
    assert kept.attempts == 3


def test_staff_can_try_all_of_them(hook, desk, monkeypatch):
    hook(completed(status="enchanted"))
    hook(bare("envelope-completed", "2026-10-15T00:00:00Z", envelopeId="another"))
    monkeypatch.setitem(docusign.STATUS, "enchanted", Document.Status.COMPLETED)
    page = desk.post("/staff/events/try/", follow=True).content.decode()
    assert "1 event was applied." in page
    assert "1 event can still not be applied." in page
    assert desk.get("/staff/events/try/").status_code == 405


def test_others_do_not_find_the_page(hook, client, db):
    customer = people.sign_in(Client(), people.make("alice@paraphe.example", name="Alice"))
    assert customer.get("/staff/events/").status_code == 404
    assert customer.post("/staff/events/try/").status_code == 404
    assert client.get("/staff/events/").status_code == 302


def test_what_waits_for_its_envelope_is_applied_when_that_comes(hook):
    hook(bare("envelope-deleted", "2026-10-15T00:00:00Z"))
    assert InboundEvent.objects.get().status == InboundEvent.Status.WAITING
    hook(completed())
    assert InboundEvent.objects.get().status == InboundEvent.Status.APPLIED
    assert set(Document.objects.values_list("status", flat=True)) == {"deleted"}


def test_bodies_are_emptied_after_thirty_days(hook):
    hook(completed(status="enchanted"))
    hook(event("envelope-sent", "2026-09-14T00:00:00Z", "strange"))
    old, new = InboundEvent.objects.order_by("pk")
    InboundEvent.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=31))
    envelopes.forget_bodies()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, bytes(old.body), old.code) == ("expired", b"", "unknown_status")
    assert new.status == "unreadable"
    hook(completed(status="enchanted"))  # sent once more: it is open again
    old.refresh_from_db()
    assert (old.status, bool(old.body)) == ("unreadable", True)


def test_an_understood_event_leaves_no_copy(hook):
    hook(completed())
    assert not InboundEvent.objects.exists()


def test_the_clock_empties_them():
    from portal.schedules import PERIODIC

    assert "consents.actions.envelopes.forget_bodies" in {task.path for task in PERIODIC}
    call_command("sync_schedules")
