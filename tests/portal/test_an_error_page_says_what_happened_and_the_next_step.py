"""Errors: what happened, that nothing is lost, and what to do now."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import translation

from portal import views
from portal.lib.errors import DomainError
from portal.middleware import RefusedRuleMiddleware


def test_a_page_that_does_not_exist_leads_to_the_first_page(db: None) -> None:
    answer = Client().get("/there-is-no-such-page/")
    assert answer.status_code == 404
    assert "This page does not exist" in answer.text
    assert "dpo@paraphe.example" in answer.text


def test_a_form_without_its_seal_was_not_saved(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "Nothing was changed and nothing was saved." in answer.text
    assert "regard_theme" not in answer.cookies


def test_a_refused_rule_is_a_page_with_its_sentence(db: None, rf: RequestFactory) -> None:
    class Refused(DomainError):
        code = "refused"

    middleware = RefusedRuleMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    answer = middleware.process_exception(rf.get("/"), Refused("It was answered yesterday."))
    assert answer is not None
    assert answer.status_code == 409
    assert "It was answered yesterday." in answer.content.decode()


def test_our_own_failure_is_told_without_asking_the_database(rf: RequestFactory) -> None:
    def refuse(*_args: Any) -> None:
        pytest.fail("the page asked the database")

    with connection.execute_wrapper(refuse), translation.override("en"):
        answer = views.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "It is not your fault." in answer.content.decode()
    assert "dpo@paraphe.example" in answer.content.decode()
