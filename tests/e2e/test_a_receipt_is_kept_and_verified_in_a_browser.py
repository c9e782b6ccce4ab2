"""From the page of a receipt to its file, and from the file to the public check."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.actions import claim_address
from accounts.models import User
from consents.actions import choices
from consents.actions.purposes import load_catalogue
from consents.models import ChoiceEvent, Purpose
from tests.accounts import people
from tests.e2e import visits

EMAIL = "ines@paraphe.example"
SHOTS = os.environ.get("SCREENSHOTS")  # a folder: then pictures of every page are kept there


@pytest.fixture
def act(live: str) -> ChoiceEvent:
    """Inès has refused AI training, in the portal's own words."""
    load_catalogue("consent")
    ines = people.make(EMAIL, language="fr")
    claim_address(EMAIL, person=ines)
    training = Purpose.objects.get(is_ai_training=True)
    choices.allow(training, person=ines, by=ines, language="fr")
    return choices.refuse(training, person=ines, by=ines, language="fr")


def download(page: Any, selector: str, to: Path) -> Path:
    with page.expect_download() as started:
        page.locator(selector).click()
    file: Path = to / started.value.suggested_filename
    started.value.save_as(file)
    return file


def keep_picture(page: Any, name: str) -> None:
    if SHOTS:
        width = page.viewport_size["width"]
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320), ("light", 375)])
def test_the_pages_are_readable_by_everybody(
    live: str, act: ChoiceEvent, chromium: Callable[..., Any], axe: Callable[[Any], None],
    tmp_path: Path, scheme: str, width: int,
) -> None:  # fmt: skip
    size = {"width": width, "height": 800}
    page, complaints = visits.watched(chromium(color_scheme=scheme, viewport=size, locale="fr-FR"))
    visits.sign_in(page, live, EMAIL)
    page.goto(f"{live}/receipts/{act.uid}/")
    visits.inspect(page, axe)
    keep_picture(page, f"receipt-{scheme}")
    file = download(page, f"[href='/receipts/{act.uid}.json']", tmp_path)
    altered = json.loads(file.read_text())
    altered["receipt"]["dpv:hasRecordOfActivity"]["regard:act"] = "consent_given"
    others = {"genuine": file.read_text(), "altered": json.dumps(altered), "broken": "not one {"}
    for name, text in others.items():
        page.goto(f"{live}/verify/")
        page.locator("[name=text]").fill(text)
        visits.press(page, page.locator("main form .button.primary"))
        visits.inspect(page, axe)
        keep_picture(page, f"verify-{name}-{scheme}")
    assert complaints == []


def test_the_pdf_is_verified_without_javascript_and_without_an_account(
    live: str, act: ChoiceEvent, chromium: Callable[..., Any], tmp_path: Path
) -> None:
    page = chromium(java_script_enabled=False, locale="en-GB").new_page()
    visits.sign_in(page, live, EMAIL)
    page.goto(f"{live}/receipts/{act.uid}/")
    file = download(page, f"[href='/receipts/{act.uid}.pdf']", tmp_path)
    if SHOTS:
        (Path(SHOTS) / "receipt.pdf").write_bytes(file.read_bytes())

    visitor = chromium(java_script_enabled=False, locale="en-GB").new_page()
    visitor.goto(f"{live}/verify/")
    visitor.get_by_label("A file: JSON or PDF").set_input_files(file)
    visits.press(visitor, visitor.get_by_role("button", name="Verify"))
    assert visitor.get_by_role("heading", level=1).inner_text() == "This receipt is genuine"
    assert visitor.get_by_text(str(User.objects.get(email=EMAIL).uid)).is_visible()
    assert visitor.get_by_text("Entraînement", exact=False).first.is_visible()
