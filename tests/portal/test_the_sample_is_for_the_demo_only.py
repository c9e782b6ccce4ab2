import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.idp.oidc.models import Client
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from portal.demo import handover
from portal.demo.sample import people
from portal.demo.sample.clock import Clock, it_is

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Any:
    settings.DEMO, settings.STATE_DIR = True, tmp_path
    with it_is(timezone.now()):
        people.arrive(Clock(timezone.localdate()))
    return settings


def test_outside_the_demo_nothing_is_loaded() -> None:
    with pytest.raises(CommandError):
        call_command("seed")
    assert not User.objects.exists()


def test_loading_again_changes_nothing(demo: Any) -> None:
    before = list(User.objects.order_by("pk").values_list("pk", "password"))
    call_command("seed", stdout=StringIO())
    assert list(User.objects.order_by("pk").values_list("pk", "password")) == before


def test_the_file_is_for_its_owner_and_every_key_in_it_opens_a_door(demo: Any) -> None:
    file = handover.write_demo_json("http://localhost:8000/")
    content = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert content["url"] == "http://localhost:8000"
    for role in ("customer", "second_customer", "member", "organisation_admin", "support", "dpo"):
        known = content["people"][role]
        assert authenticate(None, email=known["email"], password=known["password"])
    assert content["api"]["token_url"].startswith("http://localhost:8000/")
    client = Client.objects.get(pk=content["api"]["client_id"])
    assert client.check_secret(content["api"]["client_secret"])
    assert content["docusign_hmac_key"] == demo.DOCUSIGN_HMAC_KEYS[0]


def test_staff_have_a_second_factor_whose_secret_is_handed_over(demo: Any) -> None:
    content = json.loads(handover.write_demo_json("http://localhost").read_text())
    for role in ("support", "dpo", "dpo_deputy"):
        known = content["people"][role]
        factor = Authenticator.objects.get(user__email=known["email"], type="totp")
        counter = int(timezone.now().timestamp()) // 30
        code = format_hotp_value(hotp_value(known["totp_secret"], counter))
        assert TOTP(factor).validate_code(code)


def test_the_machines_secret_outlives_a_new_start_at_another_address(demo: Any) -> None:
    first = json.loads(handover.write_demo_json("http://localhost:8000").read_text())
    second = json.loads(handover.write_demo_json("http://localhost:9000").read_text())
    assert second["url"] == "http://localhost:9000"
    assert second["api"]["client_secret"] == first["api"]["client_secret"]
    (demo.STATE_DIR / "demo.json").unlink()
    third = json.loads(handover.write_demo_json("http://localhost:9000").read_text())
    assert people.is_secret(third["api"]["client_secret"])


def test_the_demo_starts_again_after_one_of_its_people_was_erased(demo: Any) -> None:
    call_command("seed", stdout=StringIO())
    gone = User.objects.get(addresses__email="camille.moreau@courriel.example")
    emptied = {"email": None, "name": "", "is_active": False, "erased_at": timezone.now()}
    User.objects.filter(pk=gone.pk).update(**emptied)
    call_command("seed", stdout=StringIO())
    known = json.loads((demo.STATE_DIR / handover.FILE).read_text())["people"]
    assert "customer" not in known
    assert "second_customer" in known
