"""To who is here already, a purpose that never was is wider than none."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from consents import catalogue, permits
from consents.actions import announcements, choices, purposes
from consents.actions import notices as actions_notices
from consents.models import Announcing, Purpose, PurposeVersion
from consents.models.ledger import Source
from consents.permits import Reason
from consents.queries import notices
from portal.lib.models import OutgoingMail
from tests.consents.worlds import World, make_document, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def statistics(world: World) -> PurposeVersion:
    """A purpose that rests on an objection, published on a portal full of documents."""
    published = purposes.load_catalogue()
    return next(one for one in published if one.purpose.slug == "analytics")


def reason(reference: str, *, days: int = 0) -> Reason:
    now = timezone.now() + timedelta(days=days)
    return permits.may(reference, "analytics", now=now).reason


def test_it_is_announced_and_not_in_effect_at_once(statistics, settings):
    assert statistics.widens
    notice = timedelta(days=settings.PURPOSE_NOTICE_DAYS)
    assert statistics.effective_from - statistics.published_at == notice
    assert Announcing.objects.filter(version=statistics).exists()
    assert reason("private") == Reason.NOT_IN_FORCE


def test_then_who_said_nothing_is_left_out_and_who_came_later_may_object(statistics, time_machine):
    time_machine.move_to(statistics.effective_from + timedelta(days=1))
    assert reason("private") == Reason.UNANSWERED
    make_document("later", make_person("later"))
    assert reason("later") == Reason.NO_OBJECTION


def test_who_is_told_can_refuse_before_it_takes_effect(world, statistics):
    choices.refuse(
        statistics.purpose, address=world.signer, by=None, source=Source.LINK, language="en"
    )
    assert reason("with-signer", days=60) == Reason.PARTY_REFUSED


def test_nobody_can_agree_before_it_takes_effect(world, statistics):
    with pytest.raises(choices.NothingToChoose):
        choices.allow(statistics.purpose, person=world.dan, by=world.dan, language="en")


def test_the_notice_says_that_it_is_new(statistics):
    notice = notices.notice_of(statistics, now=timezone.now())
    assert [str(step.label) for step in notice.steps] == ["A new purpose"]
    assert notice.changes == []


def test_a_portal_without_documents_starts_at_once(db):
    assert not any(version.widens for version in purposes.load_catalogue())


def test_no_tool_can_write_it_as_if_nobody_were_here(world):
    words = next(one for one in catalogue.purposes("consent") if one.slug == "analytics")
    purpose = Purpose.objects.create(slug="analytics", control="objection")
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION history_may_be_written() RETURNS boolean LANGUAGE sql"
            " AS 'SELECT false'"
        )
    unlawful = PurposeVersion(
        purpose=purpose, number=1, published_at=now, effective_from=now, legal_basis="6(1)(f)",
        texts={code: vars(text) for code, text in words.wording.texts.items()},
        retention_trigger="event", retention_duration="P1Y", dpv_purpose="dpv:Purpose",
        sha256="0" * 64,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="new to people who are here"):
        unlawful.save(force_insert=True)


def test_mail_and_pages_do_not_say_that_something_new_goes_further(statistics):
    announcements.carry_on(statistics.announcing.pk)
    told = OutgoingMail.objects.filter(key__startswith="purpose-wider:", to="dan@example.org")
    mails = [one for one in told if "Statistics" in one.subject]
    assert len(mails) == 1
    assert "is new and begins on" in mails[0].subject
    assert "it does not begin for your documents" in mails[0].text
    assert "further" not in mails[0].subject + mails[0].text
    link = re.search(r"/notices/[^/\s]+/", mails[0].text)
    assert link
    page = Client().get(link[0]).content.decode()
    assert "is new and begins <strong>on" in page
    assert "goes further" not in page


def test_the_notice_refuses_in_one_click_before_the_purpose_begins(statistics):
    announcements.carry_on(statistics.announcing.pk)
    told = statistics.announcements.get(person__email="dan@example.org")
    path = urlsplit(actions_notices.link(told)).path
    assert Client().post(path).status_code == 303
    assert reason("private", days=60) == Reason.PARTY_REFUSED
    assert "Not allowed" in Client().get(path).content.decode()
