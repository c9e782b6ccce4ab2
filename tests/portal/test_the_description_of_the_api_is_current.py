"""docs/openapi.yaml is what drf-spectacular says of the code: no change of the API goes unseen."""

import pytest
from django.core.management import call_command

from tests.environment import ROOT

FILE = ROOT / "docs" / "openapi.yaml"


def test_the_committed_description_is_that_of_the_code(tmp_path):
    made = tmp_path / "openapi.yaml"
    # Every warning is an error: an endpoint that cannot be described is not done.
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(made))
    assert FILE.read_text("utf-8") == made.read_text("utf-8"), (
        "run: python manage.py spectacular --file docs/openapi.yaml"
    )


@pytest.mark.django_db
def test_the_running_portal_serves_it_to_everybody(client):
    answer = client.get("/api/v1/schema/")
    assert answer.status_code == 200
    assert b"/api/v1/permits/" in answer.content
