"""Drafts: kept as one types, one's own, short-lived, in the copy and erased."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dsar import drafts
from dsar.models import Draft
from dsar.sources.portal import RequestSource
from tests.accounts import people

pytestmark = pytest.mark.django_db


def test_a_draft_is_kept_loaded_and_forgotten(alice: User, bob: User) -> None:
    typed = QueryDict("about=the+lease&documents=a&documents=b&empty=&csrfmiddlewaretoken=x")
    drafts.save(alice, "access", typed)
    assert drafts.load(alice, "access") == {"about": "the lease", "documents": ["a", "b"]}
    assert drafts.load(bob, "access") == {}
    drafts.save(alice, "access", {"about": "another\0"})
    assert drafts.load(alice, "access") == {"about": "another\ufffd"}
    drafts.save(alice, "access", {"about": " "})
    assert not Draft.objects.exists()
    drafts.forget(alice, "access")


def test_what_must_be_confirmed_anew_is_not_kept(alice: User) -> None:
    drafts.save(alice, "erasure", {"about": "because", "understood": "on"})
    assert drafts.load(alice, "erasure") == {"about": "because"}


def test_a_draft_has_its_bounds(alice: User) -> None:
    drafts.save(alice, "access", {f"f{n}": "x" * 9000 for n in range(99)})
    kept = drafts.load(alice, "access")
    assert len(kept) == drafts.MOST_FIELDS
    assert len(kept["f0"]) == drafts.LONGEST


def test_the_page_keeps_a_draft_as_one_types() -> None:
    ada = people.make("ada@example.org")
    mine = people.sign_in(Client(), ada)
    said = mine.post("/requests/draft/erasure/", {"about": "half a sen"})
    assert said.content.decode().startswith("Draft kept")
    assert drafts.load(ada, "erasure") == {"about": "half a sen"}
    assert mine.delete("/requests/draft/erasure/").status_code == 204
    assert not Draft.objects.exists()
    assert mine.post("/requests/draft/nonsense/").status_code == 404
    assert mine.get("/requests/draft/erasure/").status_code == 405
    assert Client().post("/requests/draft/erasure/").status_code == 302


def test_a_draft_ends(alice: User) -> None:
    drafts.save(alice, "access", {"about": "x"})
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert drafts.forget_old() == 1


def test_drafts_are_in_the_copy_and_erased(alice: User, open_request: Any) -> None:
    drafts.save(alice, "access", {"about": "the lease"})
    source, request = RequestSource(), open_request("erasure")
    table = next(one for one in source.collect(alice) if one.slug == "drafts")
    assert [row.values["text"] for row in table.rows] == ["about: the lease"]
    assert "drafts" in {one.key for one in source.plan(alice, request)}
