"""Each answer is explained by the rules in their order, and never by who refused."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import claim_address
from consents import permits, standing
from consents.actions import choices
from consents.models import ChoiceEvent
from consents.models.ledger import Act, Source
from consents.queries.why import Rule, why
from consents.standing import Origin


def explained(shop, person, document):
    stands = standing.about_documents(person, [document], [shop.training])
    decision = permits.may(document.reference, shop.training.slug)
    key = document.pk, shop.training.pk
    return why(person, [document], [shop.training], {key: decision}, stands)[key]


def decisive(shop, person, document):
    return next(step.rule for step in explained(shop, person, document).steps if step.decides)


@pytest.fixture
def lease(shop):
    shop.members()
    return shop.document("Lease", shop.ada, shop.ben, organisation=shop.lilas)


def test_each_rule_is_named_where_it_decides(shop, lease):
    assert decisive(shop, shop.ada, lease) is Rule.DEFAULT
    shop.allow(shop.ada)
    assert decisive(shop, shop.ada, lease) is Rule.CHOICE  # Ben has not agreed
    policy = {"organisation": shop.lilas, "by": shop.ada, "language": "en"}
    choices.refuse_for_organisation(shop.training, **policy)
    assert decisive(shop, shop.ada, lease) is Rule.ORGANISATION
    shop.refuse(shop.ben)
    assert decisive(shop, shop.ada, lease) is Rule.PARTIES
    lease.special_category = True
    lease.save()
    assert decisive(shop, shop.ada, lease) is Rule.PROTECTED
    lease.restricted_at = timezone.now()
    lease.save()
    assert decisive(shop, shop.ada, lease) is Rule.LAW


def test_what_others_said_is_told_only_where_it_decides(shop, lease):
    shop.refuse(shop.ben)
    lease.special_category = True
    lease.save()
    rules = [step.rule for step in explained(shop, shop.ada, lease).steps]
    assert Rule.PARTIES not in rules
    lease.special_category = False
    lease.save()
    shop.refuse(shop.ada)
    told = " ".join(step.says for step in explained(shop, shop.ada, lease).steps)
    assert "you refused" in told
    assert "other party" not in told
    assert "Ben" not in told


def test_what_was_refused_under_another_address_is_not_said_of_this_document(shop):
    second = claim_address("second@example.org", person=shop.ada)
    choices.refuse(shop.training, address=second, by=None, source=Source.LINK, language="en")
    here, there = shop.document("Here", shop.ada), shop.document("There", second)
    said = [
        {grain.origin: grain.says for grain in explained(shop, shop.ada, one).grains}
        for one in (here, there)
    ]
    assert said[0][Origin.EVERYTHING] == "nothing chosen"
    assert said[1][Origin.EVERYTHING].startswith("refused on")


def test_rules_below_say_what_they_would_have(shop, lease):
    policy = {"organisation": shop.lilas, "by": shop.ada, "language": "en"}
    choices.refuse_for_organisation(shop.training, **policy)
    shop.refuse(shop.ben)
    said = {step.rule: step.says for step in explained(shop, shop.ada, lease).steps}
    assert said[Rule.ORGANISATION] == "Agence des Lilas refused for all its documents."
    assert "needs the agreement" in said[Rule.DEFAULT]


def test_the_page_shows_where_a_choice_comes_from(shop, lease, signed_in):
    shop.allow(shop.ada)
    shop.refuse(shop.ada, document=lease)
    page = signed_in(shop.ada).get(reverse("consents:document", args=[lease.uid]))
    content = page.content.decode()
    assert "Where does my choice come from?" in content
    assert "this is what holds" in content
    assert "#of-organisations" in content


def test_an_exception_is_taken_back_where_it_was_made(shop, lease, signed_in):
    shop.allow(shop.ada)
    shop.refuse(shop.ada, document=lease)
    client, path = signed_in(shop.ada), reverse("consents:document", args=[lease.uid])
    assert "Follow my general choice again" in client.get(path).content.decode()
    sent = {"act": "follow", "document": lease.uid, "version": 1, "next": path}
    answer = client.post(reverse("consents:choose", args=[shop.training.slug]), sent, follow=True)
    content = answer.content.decode()
    assert "Follow my general choice again" not in content
    assert "Saved" in content
    assert ChoiceEvent.objects.get(act=Act.FOLLOWS_AGAIN).document == lease


def test_taking_back_under_words_that_changed_is_refused(shop, lease, signed_in):
    shop.refuse(shop.ada, document=lease)
    sent = {"act": "follow", "document": lease.uid, "version": 9}
    answer = signed_in(shop.ada).post(reverse("consents:choose", args=[shop.training.slug]), sent)
    assert answer.status_code == 409
    assert "Nothing was saved" in answer.content.decode()


def test_where_nothing_is_an_exception_the_answer_is_a_sentence(shop, lease, signed_in):
    sent = {"act": "follow", "document": lease.uid, "version": 1}
    answer = signed_in(shop.ada).post(reverse("consents:choose", args=[shop.training.slug]), sent)
    assert answer.status_code == 409
    assert "no exception to remove" in answer.content.decode()
