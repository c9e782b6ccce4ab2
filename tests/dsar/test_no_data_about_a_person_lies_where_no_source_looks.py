"""Every model that leads to a person, or holds an address, has a source that answers for it."""

import pytest
from django.apps import apps
from django.db import models

from accounts.models import Address, User
from consents.models import Document
from dsar.models import SubjectRequest
from dsar.sources.base import registered

# What a person's data hangs on, however many references away.
ROOTS = {User, Address, Document, SubjectRequest}
# Rows about the service, not about a person: named here one by one, each with its reason.
NOT_ABOUT_PEOPLE: dict[str, str] = {
    "accounts.Change": "what an officer drafted about a purpose or a rule, in their office",
    "accounts.ChangeEvent": "the same, act by act",
    "consents.PurposeStop": "an officer's act about a purpose",
    "consents.Evidence": "a measurement; its reviewer is named as a report names its author",
    "consents.EvidenceFile": "the report of a measurement",
    "consents.EvidenceWithdrawal": "an officer's act about a measurement",
}


def leads_to_a_person(model: type[models.Model]) -> bool:
    """Whether the model refers to one of the roots, or holds an e-mail address itself."""
    fields = model._meta.get_fields()
    refers = any(
        field.concrete and field.is_relation and field.related_model in ROOTS for field in fields
    )
    return model in ROOTS or refers or any(isinstance(field, models.EmailField) for field in fields)


def further(covered: set[str]) -> set[str]:
    """Return the models that refer to a covered one which itself leads to a person."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model is not None:
                target = field.related_model
                if isinstance(target, type) and issubclass(target, models.Model):
                    path = getattr(field, "remote_field", None)
                    owned = path is not None and path.on_delete is models.CASCADE
                    if owned and target._meta.label in covered:
                        found.add(model._meta.label)
    return found


def test_every_model_that_leads_to_a_person_is_covered() -> None:
    covered = set().union(*(source.covers for source in registered().values()))
    leading = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if leads_to_a_person(model)
    }
    assert leading - covered - set(NOT_ABOUT_PEOPLE) == set()
    assert further(leading) - covered - set(NOT_ABOUT_PEOPLE) == set()


def test_every_covered_model_exists() -> None:
    labels = {model._meta.label for model in apps.get_models()}
    covered = set().union(*(source.covers for source in registered().values()))
    # Sign-in models of optional parts of allauth exist only where the part is installed.
    assert {label for label in covered if not label.startswith("socialaccount.")} <= labels | {
        "account.EmailConfirmation"
    }


def test_no_two_sources_answer_for_the_same() -> None:
    seen: dict[str, str] = {}
    for source in registered().values():
        for label in source.covers:
            assert seen.setdefault(label, source.slug) == source.slug


@pytest.mark.django_db  # periods are those of the register
def test_every_source_says_in_words_what_it_holds() -> None:
    for source in registered().values():
        description = source.describe()
        assert all([description.holds, description.why, description.origin, description.kept])
