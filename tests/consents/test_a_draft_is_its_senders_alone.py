"""What has not been sent to anybody yet is shown to nobody but who writes it."""

from datetime import UTC, datetime

import pytest

from consents.actions import choices
from consents.actions.documents import register
from consents.models import Document, Party
from consents.queries import shelf
from consents.reports import DocumentReport, PartyReport
from tests.consents.worlds import make_person, make_purpose

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def people():
    return make_person("ada"), make_person("ben")


def tell(people, status):
    ada, ben = people
    return register(
        DocumentReport(
            "dismissal", status, AT, title="Dismissal",
            parties=(
                PartyReport(Party.Role.SENDER, ada.email, "Ada"),
                PartyReport(Party.Role.SIGNER, ben.email, "Ben"),
                PartyReport(Party.Role.COPY, ada.email, "Ada"),
            ),
        )
    )  # fmt: skip


def seen_by(person):
    """Return what the person sees of it: by its address, in the list, and as a place in it."""
    addresses = list(person.addresses.values_list("pk", flat=True))
    document = Document.objects.get()
    return (
        Document.objects.visible_to(person).exists(),
        bool(shelf.newest(addresses)),
        bool(shelf.fetch(addresses, [document.pk])),
        shelf.place_of(addresses, document.uid) is not None,
    )


def test_a_draft_is_seen_by_its_sender_only(people):
    ada, ben = people
    tell(people, Document.Status.DRAFT)
    assert seen_by(ada) == (True, True, True, True)
    assert seen_by(ben) == (False, False, False, False)


def test_once_sent_everybody_in_it_sees_it(people):
    tell(people, Document.Status.DRAFT)
    tell(people, Document.Status.SENT)
    assert [seen_by(one) for one in people] == [(True, True, True, True)] * 2


def test_nobody_chooses_about_a_draft_they_do_not_know_of(people):
    purpose, (_ada, ben) = make_purpose(), people
    draft = tell(people, Document.Status.DRAFT)
    with pytest.raises(choices.NotYours):
        choices.refuse(purpose, person=ben, by=ben, document=draft, language="en")
