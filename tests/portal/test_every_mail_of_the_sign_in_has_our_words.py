"""allauth asks for mails by name; each must exist here, in text with a subject."""

from pathlib import Path

import allauth
import pytest
from django.utils import timezone

from portal.lib import mail

pytestmark = pytest.mark.django_db  # who writes it is what the office has set
FOLDER = Path(allauth.__file__).parent / "templates"
NAMES = sorted({path.name.removesuffix("_subject.txt") for path in FOLDER.rglob("*_subject.txt")})
OURS = ["reauthentication_code"]
CONTEXT = {
    "code": "ABCD-EFGH",
    "from_email": "old@paraphe.example",
    "to_email": "new@paraphe.example",
    "deleted_email": "old@paraphe.example",
    "timestamp": timezone.now(),
    "ip": "192.0.2.1",
    "user_agent": "Firefox",
}


@pytest.mark.parametrize("name", [name for name in NAMES + OURS if name != "password_reset_key"])
def test_there_is_one(name: str) -> None:
    words = mail.render(f"account/{name}", language="en", context=CONTEXT)
    assert words.subject
    assert words.text
    assert "{" not in words.text
    if "code" in name or "confirmation" in name:
        assert "ABCD-EFGH" in words.text.splitlines() or name == "recovery_codes_generated"
