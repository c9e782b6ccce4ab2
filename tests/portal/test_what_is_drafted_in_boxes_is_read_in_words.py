"""What an officer ticks is not what people read: codes become words, and order is no change."""

import pytest

from accounts.changes import actions
from accounts.models import User
from accounts.roles import Role
from consents.changing.drafts import payload_of
from consents.models import PurposeVersion
from portal.dashboard.wizard.forms import facts_into
from portal.dashboard.wizard.shown import going, mail_preview
from tests.accounts import people
from tests.consents.worlds import make_purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Roy", role=Role.DPO)


def test_another_order_of_boxes_is_no_change() -> None:
    typed = {"recipients": ["a", "b", "new"], "data_categories": ["pd:Age", "pd:Name"]}
    before = {"recipients": ["b", "a", "gone"], "data_categories": ["pd:Name", "pd:Age"]}
    kept = facts_into(before, typed)
    assert (kept["recipients"], kept["data_categories"]) == (
        ["b", "a", "new"],
        ["pd:Name", "pd:Age"],
    )


def test_what_goes_further_is_said_in_words_and_not_in_codes(dina: User) -> None:
    make_purpose()
    payload = payload_of(PurposeVersion.objects.get()) | {"data_categories": ["pd:Country"]}
    change = actions.draft("purpose", "ai-training", payload, by=dina)
    text = mail_preview(going(change).version, "en").text
    assert "From then on: country" in text
    assert "pd:Country" not in text
