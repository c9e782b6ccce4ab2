"""What was chosen for one document or organisation stands in a list, each with its way back."""

from django.urls import reverse

from consents.models import Standing

PATH = reverse("consents:exceptions", args=["ai-training"])


def test_an_exception_is_removed_from_the_list(shop, signed_in):
    lease = shop.document("Lease", shop.ada, organisation=shop.lilas)
    shop.allow(shop.ada)
    shop.refuse(shop.ada, document=lease)
    shop.refuse(shop.ada, within=shop.lilas)
    client = signed_in(shop.ada)
    page = client.get(PATH).content.decode()
    assert page.count("Remove the exception") == 2
    assert "Documents of Agence des Lilas" in page
    sent = {"act": "follow", "document": lease.uid, "version": 1, "next": PATH}
    page = client.post(reverse("consents:choose", args=["ai-training"]), sent, follow=True)
    content = page.content.decode()
    assert content.count("Remove the exception") == 1
    assert "Saved" in content
    sent = {"act": "follow", "organisation": shop.lilas.uid, "version": 1, "next": PATH}
    client.post(reverse("consents:choose", args=["ai-training"]), sent)
    assert "no exceptions" in client.get(PATH).content.decode()
    assert Standing.objects.filter(person=shop.ada).count() == 1


def test_many_come_in_pages_at_the_same_cost(shop, signed_in, django_assert_max_num_queries):
    for number in range(30):
        shop.refuse(shop.ada, document=shop.document(f"Paper {number}", shop.ada))
    client = signed_in(shop.ada)
    with django_assert_max_num_queries(14):
        first = client.get(PATH)
    assert first.content.decode().count("Remove the exception") == 25
    second = client.get(PATH + first.context["older"])
    assert second.content.decode().count("Remove the exception") == 5
    assert client.get(PATH, {"older": "\0nonsense"}).status_code == 200


def test_a_document_that_left_the_space_is_not_named(shop, signed_in):
    secret = shop.document("Secret", shop.ada)
    shop.refuse(shop.ada, document=secret)
    secret.parties.update(hidden_at="2026-01-01T00:00Z")
    assert "Secret" not in signed_in(shop.ada).get(PATH).content.decode()


def test_others_exceptions_are_nobody_s_business(shop, signed_in):
    shop.refuse(shop.ada, document=shop.document("Lease", shop.ada, shop.ben))
    assert "Lease" not in signed_in(shop.ben).get(PATH).content.decode()
