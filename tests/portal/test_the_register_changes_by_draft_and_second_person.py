"""The register's pages: found, read, drafted with everything that was typed, agreed to, kept."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.changes import actions
from accounts.changes.models import Change
from accounts.models import Organisation, User
from accounts.roles import Role
from consents.actions.purposes import load_catalogue
from consents.models import ProcessingVersion
from consents.queries import register
from consents.register.fields import draft_of
from portal.dashboard.register import pages
from tests.accounts import people
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import dina as dina
from tests.portal.officers import dora as dora
from tests.portal.officers import signed_in

pytestmark = pytest.mark.django_db
HOME = "/dashboard/register/"


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    load_catalogue("consent")


def typed(slug: str, **changed: Any) -> dict[str, Any]:
    """Return what the form of a record sends, as it is filled in at first."""
    version = ProcessingVersion.objects.filter(record__slug=slug).latest("number")
    sent: dict[str, Any] = {}
    for name, value in draft_of(version).items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for at, row in enumerate(value):
                sent |= {f"{name}-{at}-{column}": words for column, words in row.items()}
        elif value not in ("", []):
            sent[name] = value
    return {**sent, **changed}


def page(client: Client, path: str) -> str:
    answer = client.get(f"{HOME}{path}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    "path",
    [
        "", "new/", "import/", "delivery/", "delivery/history/", "delivery/edit/", "export/pdf/",
        "export/csv/", "export/xlsx/", "export/json/", "export/dpv/", "export/schema/",
    ],
)  # fmt: skip
def test_nobody_but_the_officer_finds_it(path: str) -> None:
    for role in (Role.SUPPORT, Role.CUSTOMER):
        person = people.make(f"{role}@regard.example", name="Sam", role=role)
        assert signed_in(person).get(f"{HOME}{path}").status_code == 404
        assert signed_in(person).post(f"{HOME}import/keep/").status_code == 404


def test_the_list_finds_and_names_what_is_missing(dina: User) -> None:
    client = signed_in(dina)
    assert "no assessment of the interest" in page(client, "")
    assert "Invoices and accounts" in page(client, "?q=commercial+CODE")
    assert "Invoices and accounts" not in page(client, "?q=astrology")
    found = page(client, "?gap=no_dpia")
    assert "AI model training" in found
    assert "Invoices and accounts" not in found
    assert "Nothing fits" in page(client, "?role=processor&gap=no_lia")


def test_the_list_costs_the_same_for_many(dina: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(dina)
    with django_assert_max_num_queries(14):
        page(client, "")


def test_a_record_stands_under_the_letters_of_the_article(dina: User) -> None:
    Organisation.objects.create(name="Dupont & Fils", reference="d")
    client = signed_in(dina)
    found = page(client, "ai-training/")
    for letter in "abcdefg":
        assert f"article 30(1)({letter})" in found
    assert "/purposes/ai-training/" in found
    behalf = page(client, "content-for-organisations/")
    assert "article 30(2)(d)" in behalf
    assert "article 30(2)(e)" not in behalf
    assert "Dupont &amp; Fils" in behalf
    assert client.get(f"{HOME}no-such/").status_code == 404
    assert client.get(f"{HOME}no-such/edit/").status_code == 404


def test_a_draft_keeps_what_is_wrong_and_says_how_to_mend_it(dina: User) -> None:
    client = signed_in(dina)
    wrong = typed(
        "billing", legal_basis="", retention_duration="ten years", data_categories=["pd:Aura"]
    )
    wrong |= {"transfers-0-recipient": "Far lab", "transfers-0-country": "Mars"}
    client.post(f"{HOME}billing/edit/", wrong)
    found = page(client, "billing/edit/")
    assert "ten years" in found
    assert "Mars" in found
    for said in (
        "Nothing may be done without a legal basis",
        "This is no duration",
        "“pd:Aura” is not a term",
        "A transfer needs something that covers it",
        "“Mars” is no country",
    ):
        assert said in found
    change = Change.objects.get(subject="billing")
    client.post(f"/dashboard/approvals/{change.uid}/propose/")
    change.refresh_from_db()
    assert change.status == Change.Status.DRAFT
    assert change.payload["retention_duration"] == "ten years"


def agree(client: Client, change: Change) -> int:
    """Agree to the change as it is now; return the status of the answer."""
    sent = {"seen": Change.objects.get(pk=change.pk).fingerprint}
    return client.post(f"/dashboard/approvals/{change.uid}/approve/", sent).status_code


def test_a_second_person_agrees_and_the_history_says_who_and_what(dina: User, dora: User) -> None:
    author, second = signed_in(dina), signed_in(dora)
    author.post(f"{HOME}security/edit/", typed("security", lia_reference="LIA-2026-03"))
    change = Change.objects.get(subject="security")
    answer = author.post(f"/dashboard/approvals/{change.uid}/propose/", {"words": "It is signed."})
    assert answer.status_code == 302
    assert author.post(f"/dashboard/approvals/{change.uid}/approve/").status_code == 409
    assert "LIA-2026-03" not in page(author, "security/")
    agree(second, change)
    assert "LIA-2026-03" in page(author, "security/")
    told = page(author, "security/history/")
    for said in ("<ins>LIA-2026-03</ins>", "Dina", "Dora", "It is signed.", "Version 2"):
        assert said in told
    assert ProcessingVersion.objects.filter(record__slug="security").count() == 2


def test_a_draft_made_on_an_older_version_is_not_carried_out(dina: User, dora: User) -> None:
    author = signed_in(dina)
    author.post(f"{HOME}security/edit/", typed("security", lia_reference="LIA-1"))
    change = Change.objects.get(subject="security")
    author.post(f"/dashboard/approvals/{change.uid}/propose/")
    from consents.actions import register

    version = ProcessingVersion.objects.get(record__slug="security")
    register.record("security", {**draft_of(version), "dpia_reference": "DPIA-9"})
    assert agree(signed_in(dora), change) == 409


def test_a_new_record_is_begun_filled_in_and_recorded(dina: User, dora: User) -> None:
    author = signed_in(dina)
    assert author.post(f"{HOME}new/", {"slug": "billing", "role": "controller"}).status_code == 422
    assert author.post(f"{HOME}new/", {"slug": "import", "role": "controller"}).status_code == 422
    author.post(f"{HOME}new/", {"slug": "hiring", "role": "controller"})
    assert "Nothing may be done without a legal basis" in page(author, "hiring/edit/")
    assert "hiring" in page(author, "")
    sent = typed("billing", title_en="Hiring", title_fr="Recrutement", legal_basis="6(1)(b)")
    change = Change.objects.get(subject="hiring")
    author.post(f"{HOME}hiring/edit/", {"opened": change.edition, **sent})
    author.post(f"/dashboard/approvals/{change.uid}/propose/")
    agree(signed_in(dora), change)
    assert "Hiring" in page(author, "hiring/")


def test_an_import_is_shown_first_and_makes_drafts_only(dina: User) -> None:
    client = signed_in(dina)
    text = b"data_use:\n- fides_key: analytics\n  name: Numbers\n- fides_key: astrology\n"
    file = SimpleUploadedFile("taxonomy.yml", text)
    answer = client.post(f"{HOME}import/", {"file": file})
    shown = " ".join(answer.content.decode().split())
    assert "Numbers" in shown
    assert "“astrology” is no data use we know." in shown
    assert not Change.objects.exists()
    client.post(f"{HOME}import/keep/", {"uses": answer.context["uses"], "use": ["fides-analytics"]})
    change = Change.objects.get()
    assert (change.subject, change.status) == ("fides-analytics", Change.Status.DRAFT)
    assert not ProcessingVersion.objects.filter(record__slug="fides-analytics").exists()
    again = client.post(
        f"{HOME}import/keep/", {"uses": answer.context["uses"], "use": ["fides-analytics"]}
    )
    assert again.status_code == 302
    assert Change.objects.count() == 1
    client.post(f"{HOME}import/keep/", {"uses": "forged", "use": ["x"]})
    assert Change.objects.count() == 1


def test_an_import_keeps_all_that_was_chosen_or_nothing(
    dina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody drafts one of the same name in that moment."""
    client = signed_in(dina)
    text = b"data_use:\n- fides_key: analytics\n  name: A\n- fides_key: marketing\n  name: M\n"
    file = SimpleUploadedFile("taxonomy.yml", text)
    uses = client.post(f"{HOME}import/", {"file": file}).context["uses"]
    draft = actions.draft

    def overtaken(kind: str, subject: str, *rest: Any, **more: Any) -> Any:
        if subject == "fides-marketing":
            raise actions.DraftOpen("Somebody else drafts it.")
        return draft(kind, subject, *rest, **more)

    monkeypatch.setattr(actions, "draft", overtaken)
    chosen = {"uses": uses, "use": ["fides-analytics", "fides-marketing"]}
    assert client.post(f"{HOME}import/keep/", chosen).status_code == 409
    assert not Change.objects.exists()


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(dina: User) -> None:
    file = SimpleUploadedFile("x.yml", b"nothing: here")
    answer = signed_in(dina).post(f"{HOME}import/", {"file": file})
    assert answer.status_code == 422
    assert "There is neither" in answer.content.decode()


def shown(client: Client, path: str) -> tuple[list[str], str, str]:
    """Return the records on a page of the list, and the ways on and back."""
    html = client.get(f"{HOME}{path}").content.decode()
    slugs = re.findall(r'<th scope="row"><a href="/dashboard/register/([a-z0-9-]+)/"', html)
    further, back = (
        next(iter(re.findall(rf'rel="{rel}" href="([^"]+)"', html)), "") for rel in ("next", "prev")
    )
    return slugs, unescape(further), unescape(back)


def test_a_long_register_has_pages_and_says_how_many_there_are(
    dina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SIZE", 5)
    client, expected = signed_in(dina), [one.slug for one in register.records(timezone.now())]
    walked, way, backs = [], "", []
    while True:
        slugs, further, back = shown(client, way)
        assert len(slugs) <= 5
        walked += slugs
        backs.append(back)
        if not further:
            break
        way = further
    assert walked == expected
    assert not backs[0]
    assert shown(client, backs[-1])[0] == expected[-len(slugs) - 5 : -len(slugs)]
    assert f"1 to 5 of {len(expected)}" in page(client, "")
    narrowed = shown(client, "?q=a&role=controller")[1]
    assert narrowed.startswith("?q=a&role=controller&older=")


@pytest.mark.parametrize("way", ["?older=nowhere", "?newer=nowhere", "?older=%00"])
def test_a_record_that_is_gone_leads_to_the_first_page(way: str, dina: User) -> None:
    client = signed_in(dina)
    assert shown(client, way)[0] == shown(client, "")[0]
