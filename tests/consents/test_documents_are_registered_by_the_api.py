"""``POST /api/v1/documents/``: create or update by the service's own reference."""

import pytest
from django.db import OperationalError

from accounts import erased
from accounts.models import Address, Organisation
from consents.models import Document, Party

pytestmark = pytest.mark.django_db
URL = "/api/v1/documents/"
LEASE = {
    "reference": "doc-1",
    "status": "completed",
    "state_at": "2026-05-03T12:00:00Z",
    "title": "Bail, rue des Lilas",
    "sent_at": "2026-05-01T08:00:00+02:00",
    "completed_at": "2026-05-03T12:00:00Z",
    "sha256": "AB" * 32,
    "parties": [
        {"role": "sender", "email": "Agence@Lilas.example", "name": "Agence"},
        {"role": "signer", "email": "ada@courriel.example", "signed_at": "2026-05-03T12:00:00Z"},
        {"role": "signer", "email": None, "name": "Ben", "is_minor": True},
    ],
}


@pytest.fixture
def post(machine):
    client = machine("documents:write")
    return lambda body: client.post(URL, body, content_type="application/json")


def stored(reference="doc-1"):
    return Document.objects.get(reference=reference)


def emails(reference="doc-1"):
    parties = Party.objects.filter(document__reference=reference)
    return set(parties.values_list("address__email", flat=True))


def test_a_new_document_is_created_with_its_parties(post):
    answer = post(LEASE)
    assert answer.status_code == 201
    assert answer.json() == {
        "reference": "doc-1",
        "uid": str(stored().uid),
        "status": "completed",
        "state_at": "2026-05-03T12:00:00Z",
        "title": "Bail, rue des Lilas",
        "kind": "lease",
        "organisation": None,
        "sent_at": "2026-05-01T06:00:00Z",
        "completed_at": "2026-05-03T12:00:00Z",
        "sha256": "ab" * 32,
        "special_category": False,
        "refused_at_upload": False,
        "keep_until": None,
        "parties": 3,
    }
    assert emails() == {"agence@lilas.example", "ada@courriel.example", None}
    assert Party.objects.get(name="Ben").is_minor
    assert set(Party.objects.values_list("listed_at", flat=True)) == {stored().sent_at}


def test_the_same_report_again_is_no_second_document(post):
    post(LEASE)
    before = list(Document.objects.values()), list(Party.objects.values())
    assert post(LEASE).status_code == 200
    assert (list(Document.objects.values()), list(Party.objects.values())) == before


def test_a_newer_report_updates_and_an_older_one_changes_nothing(post):
    post(LEASE)
    newer = LEASE | {"title": "Bail signé", "state_at": "2026-05-04T00:00:00Z"}
    assert post(newer).json()["title"] == "Bail signé"
    older = LEASE | {
        "title": "Projet",
        "status": "sent",
        "state_at": "2026-05-01T08:00:00Z",
        "sent_at": "2026-01-01T00:00:00Z",
        "parties": [{"role": "signer", "email": "wrong@courriel.example"}],
    }
    answer = post(older).json()
    assert (answer["title"], answer["status"]) == ("Bail signé", "completed")
    assert answer["sent_at"] == "2026-05-01T06:00:00Z"
    assert "wrong@courriel.example" not in emails()


def test_an_older_report_still_fills_what_was_missing(post):
    post({"reference": "doc-1", "status": "completed", "state_at": "2026-05-04T00:00:00Z",
          "title": "Bail"})  # fmt: skip
    assert stored().completed_at == stored().state_at
    post(LEASE)
    document = stored()
    assert document.title == "Bail"
    assert document.sha256 == "ab" * 32
    assert document.sent_at == document.listed_at
    assert set(Party.objects.values_list("listed_at", flat=True)) == {document.listed_at}
    assert len(emails()) == 3


@pytest.mark.parametrize(
    ("first", "then", "end"),
    [
        ("sent", "draft", "sent"),
        ("completed", "sent", "completed"),
        ("voided", "completed", "voided"),
        ("purged", "completed", "purged"),
        ("deleted", "purged", "deleted"),
        ("completed", "deleted", "deleted"),
    ],
)
def test_a_document_never_goes_back(post, first, then, end):
    post({"reference": "d", "status": first, "state_at": "2026-05-03T00:00:00Z"})
    post({"reference": "d", "status": then, "state_at": "2026-05-09T00:00:00Z"})
    assert stored("d").status == end


def test_no_report_lifts_what_protects_a_person(post):
    post(LEASE | {"special_category": True})
    later = LEASE | {
        "state_at": "2026-06-01T00:00:00Z",
        "special_category": False,
        "parties": [{"role": "signer", "name": "Ben", "is_minor": False}],
    }
    post(later)
    assert stored().special_category
    assert Party.objects.get(name="Ben").is_minor
    assert "ada@courriel.example" in emails()  # who signed stays


def test_an_erased_document_stays_empty(post):
    post(LEASE)
    Document.objects.update(title="", sha256="", erased_at=stored().state_at)
    Party.objects.all().delete()
    answer = post(LEASE | {"state_at": "2027-01-01T00:00:00Z", "status": "deleted"})
    assert answer.status_code == 200
    document = stored()
    assert (document.title, document.sha256, document.status) == ("", "", "deleted")
    assert emails() == set()


def test_a_report_does_not_bring_back_whom_we_erased(post):
    post(LEASE)
    erased.erase(Address.objects.filter(email="ada@courriel.example"))
    Party.objects.filter(address__email=None, role="signer").exclude(name="Ben").update(name="")
    for minute in ("00", "01"):  # the same report, and a newer one
        post(LEASE | {"state_at": f"2026-05-03T12:{minute}:00Z"})
    assert not Address.objects.filter(email="ada@courriel.example").exists()
    assert Party.objects.filter(role="signer").count() == 2
    # And who stays unknown keeps the document closed.
    assert Party.objects.filter(address__isnull=False, address__email=None).count() == 1


def test_an_organisation_is_made_once_and_kept(post):
    own = {"organisation": "org-1", "organisation_name": "Agence des Lilas"}
    post(LEASE | own)
    assert stored().organisation.name == "Agence des Lilas"
    post(LEASE | {"organisation": "org-2", "organisation_name": "Other",
                  "state_at": "2027-01-01T00:00:00Z"})  # fmt: skip
    assert stored().organisation.reference == "org-1"
    post(LEASE | {"organisation": "org-1", "organisation_name": "Renamed"})
    assert Organisation.objects.get(reference="org-1").name == "Agence des Lilas"


def test_an_unknown_organisation_without_a_name_is_refused(post):
    answer = post(LEASE | {"organisation": "org-9"})
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_organisation")
    assert not Document.objects.exists()


def test_in_a_batch_each_item_stands_for_itself(post):
    post(LEASE)
    answer = post([
        LEASE | {"reference": "doc-2"},
        {"status": "sent"},
        LEASE,
        LEASE | {"reference": "doc-3", "parties": [{"role": "boss", "email": "not-an-address"}]},
        LEASE | {"title": "Newer", "state_at": "2026-06-01T00:00:00Z"},
        LEASE | {"reference": "doc-4", "organisation": "org-9"},
        LEASE | {"reference": "doc-2"},
        "text",
    ])  # fmt: skip
    assert answer.status_code == 200
    body = answer.json()
    assert (body["created"], body["updated"], body["unchanged"]) == (1, 1, 2)
    assert [(one["index"], one["code"]) for one in body["rejected"]] == [
        (1, "invalid"),
        (3, "invalid"),
        (5, "unknown_organisation"),
        (7, "invalid"),
    ]
    assert set(body["rejected"][1]["errors"]["parties"]["0"]) == {"role", "email"}
    assert set(Document.objects.values_list("reference", flat=True)) == {"doc-1", "doc-2"}


def test_more_than_a_thousand_at_once_are_refused(post):
    answer = post([LEASE] * 1001)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": ""},
        {"reference": "x" * 201},
        {"reference": "a\nb"},
        {"reference": None},
        {"status": "signed"},
        {"status": None},
        {"state_at": "2026-05-03T12:00:00"},  # no offset
        {"state_at": "2026-05-03"},
        {"state_at": "0001-01-01T00:00:00+23:59"},
        {"state_at": "9999-12-31T23:59:59-23:59"},
        {"sha256": "abc"},
        {"title": {"en": "Bail"}},
        {"keep_until": "soon"},
        {"parties": {"role": "signer"}},
        {"parties": [{"role": "signer", "email": "a@b@c"}]},
        {"parties": [{"role": "signer"}] * 501},
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(post, wrong):
    answer = post(LEASE | wrong)
    assert answer.status_code == 400
    body = answer.json()
    assert body["code"] == "invalid"
    assert set(body["errors"]) == set(wrong)
    assert not Document.objects.exists()


def test_a_title_is_made_one_plain_line(post):
    answer = post(LEASE | {"title": " Bail\n d'habitation \x00\ud800 " + "x" * 400})
    assert answer.json()["title"] == "Bail d'habitation " + "x" * 282


def test_a_document_can_be_looked_up_by_its_reference(post, machine):
    client = machine("documents:write")
    post(LEASE)
    assert client.get(URL, {"reference": "doc-1"}).json()["title"] == "Bail, rue des Lilas"
    unknown = client.get(URL, {"reference": "doc-9"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert client.get(URL).status_code == 400


def test_a_batch_costs_a_fixed_number_of_queries(post, django_assert_max_num_queries):
    signers = [{"role": "signer", "email": f"signer{n}@courriel.example"} for n in range(200)]
    batch = [LEASE | {"reference": f"doc-{n}", "parties": [one]} for n, one in enumerate(signers)]
    with django_assert_max_num_queries(25):
        assert post(batch).json()["created"] == 200
    later = [one | {"state_at": "2026-06-01T00:00:00Z", "title": "New"} for one in batch]
    with django_assert_max_num_queries(25):
        assert post(later).json()["updated"] == 200


def test_while_the_database_is_down_nothing_is_half_done(post, monkeypatch):
    def down(reports):
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr("consents.actions.documents.register_all", down)
    answer = post(LEASE)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer["Retry-After"]


def test_another_scope_does_not_open_this_door(machine, client):
    other = machine("permits:read").post(URL, LEASE, content_type="application/json")
    assert other.status_code == 403
    assert client.post(URL, LEASE, content_type="application/json").status_code == 401
    assert not Document.objects.exists()
