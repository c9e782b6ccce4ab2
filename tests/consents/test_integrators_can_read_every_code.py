"""docs/integrators.md explains every code that the API may answer, and every column of a file."""

import re

import pytest

from consents import imports
from consents.actions.uses import Fault
from consents.models import TrainingRun
from consents.permits import Reason
from consents.queries.words import Word
from consents.staff import WHY
from consents.standing import Origin
from tests.environment import ROOT

PAGE = (ROOT / "docs" / "integrators.md").read_text("utf-8")
NAMED = set(re.findall(r"`([a-z_0-9]+)`", PAGE))


@pytest.mark.parametrize("codes", [Reason.values, Fault.values], ids=["gate", "uses"])
def test_every_code_is_explained(codes):
    assert set(codes) - NAMED == set()


def test_every_answer_about_runs_and_people_is_explained():
    source = "".join(
        (ROOT / "consents" / name).read_text("utf-8")
        for name in ("actions/runs.py", "actions/closing.py", "api_people.py")
    )
    codes = set(re.findall(r'^    code = "([a-z_]+)"', source, re.MULTILINE))
    asked = codes | {*Word} | {*Origin.values} | {*TrainingRun.Remedy.values}
    assert asked - NAMED == set()


def test_every_column_of_a_file_is_explained():
    assert {*imports.COLUMNS, *imports.PEOPLE, imports.SIGNED} - NAMED == set()


def test_every_reason_to_keep_an_event_has_words_for_staff():
    source = "".join(
        (ROOT / "consents" / name).read_text("utf-8")
        for name in ("docusign.py", "actions/envelopes.py")
    )
    codes = set(re.findall(r'Unreadable\(\s*"([a-z_]+)"', source)) | {"unknown_envelope"}
    assert codes == set(WHY)
