import re
from dataclasses import fields

import pytest
from django.conf import settings
from django.utils import timezone

from consents import catalogue
from consents.actions.purposes import load_catalogue
from consents.models import Purpose, PurposeText, PurposeVersion, System

SEEDS = [
    pytest.param(shape, seed, id=f"{shape}-{seed.slug}")
    for shape in catalogue.SHAPES
    for seed in catalogue.purposes(shape)
]
LEVELS = [part.name for part in fields(PurposeText)]


@pytest.mark.parametrize(("shape", "seed"), SEEDS)
def test_every_level_of_every_purpose_is_written_in_every_language(
    shape: str, seed: catalogue.PurposeSeed
) -> None:
    for language, _name in settings.LANGUAGES:
        text = seed.wording.texts[language]
        assert all(getattr(text, level) for level in LEVELS)
        assert "{document}" in text.example
        assert "\n" not in text.detail


@pytest.mark.parametrize(("shape", "seed"), SEEDS)
def test_summaries_are_one_line_and_neither_language_is_the_other(
    shape: str, seed: catalogue.PurposeSeed
) -> None:
    english, french = (seed.wording.texts[code] for code in ("en", "fr"))
    for level in LEVELS:
        assert getattr(english, level) != getattr(french, level)
    assert len(english.summary) < 130
    assert len(french.summary) < 130


@pytest.mark.parametrize(("shape", "seed"), SEEDS)
def test_french_puts_no_break_spaces_where_french_does(
    shape: str, seed: catalogue.PurposeSeed
) -> None:
    for level in LEVELS:
        assert not re.search(r" [:;?!»]|« ", getattr(seed.wording.texts["fr"], level))


@pytest.mark.django_db
@pytest.mark.parametrize("shape", catalogue.SHAPES)
def test_loading_names_the_controller_and_the_systems_and_leaves_the_document_open(
    shape: str,
) -> None:
    load_catalogue(shape)
    assert Purpose.objects.count() == 8
    for version in PurposeVersion.objects.all():
        for code, _name in settings.LANGUAGES:
            words = version.texts[code]
            example = words.pop("example")
            assert "{" not in " ".join(words.values())
            assert set(re.findall(r"{\w+}", example)) == {"{document}"}
    training = PurposeVersion.objects.get(purpose__is_ai_training=True)
    assert training.purpose.control == shape
    assert settings.CONTROLLER["name"] in training.text("fr").legal


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    assert len(load_catalogue("consent")) == 8
    before = list(PurposeVersion.objects.order_by("pk").values_list("pk", "sha256"))
    assert load_catalogue("objection") == []
    assert list(PurposeVersion.objects.order_by("pk").values_list("pk", "sha256")) == before
    assert System.objects.count() == 8


@pytest.mark.django_db
def test_every_purpose_is_in_force_as_soon_as_it_is_loaded() -> None:
    load_catalogue("consent")
    assert PurposeVersion.objects.in_force(timezone.now()).count() == 8
