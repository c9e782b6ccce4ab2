"""From one command to the certificate: what a newcomer can do with the demo, as a newcomer.

Nothing of Regard is imported: only addresses, pages, ``demo.json`` and the documented API are used.
"""

import io
import json
import re
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.demo import Demo, Service, totp

SUBJECT = "Bail meublé, 3 quai aux Fleurs"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    running = Demo(tmp_path_factory.mktemp("regard"))
    yield running.wait()
    assert running.stop() == 0


def sign_in(page: Any, demo: dict[str, Any], role: str) -> None:
    person = demo["people"][role]
    page.goto(f"{demo['url']}/account/login/")
    page.locator("[name=login]").fill(person["email"])
    page.locator("[name=password]").fill(person["password"])
    press(page, "main form .button.primary")
    if "totp_secret" in person:
        page.locator("[name=code]").fill(totp(person["totp_secret"]))
        press(page, "main form .button.primary")
    page.wait_for_url(lambda url: "/login" not in url and "/2fa/" not in url)


def press(page: Any, selector: str) -> None:
    """Press it and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def choose(page: Any, button: str) -> None:
    """Press a button of a choice and wait until the service has answered."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name=button).first.click()


def confirm(page: Any, demo: dict[str, Any], role: str) -> None:
    """Enter the password once more if the page asks for it."""
    if "/reauthenticate" in page.url or "/confirm" in page.url:
        page.locator("[name=password]").fill(demo["people"][role]["password"])
        page.locator("main form .button.primary").click()


def until(page: Any, selector: str, *, tries: int = 240) -> None:
    """Reload until the worker has done its part."""
    for _ in range(tries):
        if page.locator(selector).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(
        f"{selector} never came; the page says: {page.locator('main').inner_text()}"
    )


def figure(page: Any, demo: dict[str, Any], name: str) -> int:
    page.goto(f"{demo['url']}/dashboard/")
    text = page.locator(f"[data-figure='{name}']").first.inner_text()
    return int(re.sub(r"\D", "", text) or 0)


def test_everything_that_the_read_me_promises(
    demo: dict[str, Any], chromium: Callable[..., Any], tmp_path: Path
) -> None:
    service = Service(demo)
    me, url = demo["people"]["customer"], demo["url"]
    people = {
        "Agence du Quai": "agence@quai.example",
        me["name"]: me["email"],
        "Léo Perrin": "leo.perrin@courriel.example",
    }
    reference = service.post_envelope(SUBJECT, people)
    assert not service.permit(reference)["allowed"]

    dpo = chromium(locale="fr-FR").new_page()
    sign_in(dpo, demo, "dpo")
    before = {name: figure(dpo, demo, name) for name in ("answered", "denied", "asked")}

    page = chromium(locale="fr-FR").new_page()
    sign_in(page, demo, "customer")
    _choose_about_the_document(page, url, service, reference)
    _verify_the_receipt(page, url, tmp_path)
    _download_the_copy(page, demo, tmp_path)
    certificate = _erase(page, demo, chromium)
    assert "effac" in certificate.locator("h1").inner_text()
    assert certificate.locator("#kept ~ table tbody tr, #kept ~ p").count()

    # At least: a request of the sample data that is under way may be answered meanwhile.
    assert figure(dpo, demo, "answered") >= before["answered"] + 2
    assert figure(dpo, demo, "asked") == before["asked"] + 2
    assert figure(dpo, demo, "denied") == before["denied"] + 2


def _choose_about_the_document(page: Any, url: str, service: Service, reference: str) -> None:
    """Find the document, see that it was never used, allow, see it still closed, refuse."""
    page.goto(f"{url}/documents/")
    page.locator("[name=q]").fill("quai aux Fleurs")
    press(page, "form.filter .button")
    page.wait_for_url("**/documents/?words=*")
    page.get_by_role("link", name=SUBJECT).click()
    page.wait_for_url(re.compile(r"/documents/[0-9a-f-]{36}/"))
    assert "jamais" in page.locator("h1").inner_text()
    choose(page, "Autoriser l’entraînement de l’IA")
    page.get_by_role("button", name="Refuser l’entraînement de l’IA").first.wait_for()
    allowed_by_me = service.permit(reference)
    assert (allowed_by_me["allowed"], allowed_by_me["reason"]) == (False, "consent_missing")
    choose(page, "Refuser l’entraînement de l’IA")
    page.get_by_role("button", name="Autoriser l’entraînement de l’IA").first.wait_for()
    assert service.permit(reference)["reason"] == "refused_by_party"


def _verify_the_receipt(page: Any, url: str, tmp_path: Path) -> None:
    """Download the receipt of the refusal, and have it checked without an account."""
    page.goto(f"{url}/history/")
    press(page, "main a[href^='/receipts/']")
    with page.expect_download() as download:
        page.locator("a[href$='.json']").first.click()
    file = tmp_path / "receipt.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["jws"].count(".") == 2
    page.goto(f"{url}/verify/")
    page.locator("input[type=file]").set_input_files(file)
    press(page, "main form .button.primary")
    assert page.locator("[data-verdict=valid]").count() == 1
    with urllib.request.urlopen(f"{url}/.well-known/jwks.json") as keys:  # noqa: S310
        assert json.load(keys)["keys"]


def _download_the_copy(page: Any, demo: dict[str, Any], tmp_path: Path) -> None:
    """Ask for a copy, wait for the worker, prove who is there, find the document in it."""
    page.goto(f"{demo['url']}/requests/new/access/")
    press(page, "main form .button.primary")
    until(page, "form[action$='/download/']")
    press(page, "form[action$='/download/'] button")
    with page.expect_download() as download:
        confirm(page, demo, "customer")
    file = tmp_path / "copy.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as copy:
        names = copy.namelist()
        assert {"index.html", "manifest.json"} <= set(names)
        texts = [copy.read(name).decode() for name in names if name.endswith((".json", ".html"))]
    assert any(SUBJECT in text for text in texts)


def _erase(page: Any, demo: dict[str, Any], chromium: Callable[..., Any]) -> Any:
    """Ask for erasure, approve it as support, do not wait, open the certificate from the mail."""
    url = demo["url"]
    page.goto(f"{url}/requests/new/erasure/")
    page.locator("[name=understood]").check()
    press(page, "main form .button.danger")
    confirm(page, demo, "customer")
    page.wait_for_url(re.compile(r"/requests/R-"))
    reference = page.url.rstrip("/").rsplit("/", 1)[-1]

    support = chromium(locale="fr-FR").new_page()
    sign_in(support, demo, "support")
    support.goto(f"{url}/staff/requests/{reference}/")
    until(support, "form[action$='/approve/']")
    press(support, "form[action$='/approve/'] button")

    # It could still be taken back for a minute; nothing has been erased meanwhile.
    until(page, "form[action$='/do-not-wait/']")
    assert page.locator("form[action$='/take-back/']").count() == 1
    press(page, "form[action$='/do-not-wait/'] button")
    confirm(page, demo, "customer")

    certificate = chromium(locale="fr-FR").new_page()
    path = _certificate_in_the_mail(certificate, demo)
    certificate.goto(f"{url}{path}")
    assert reference in certificate.locator("main").inner_text()
    return certificate


def _certificate_in_the_mail(page: Any, demo: dict[str, Any]) -> str:
    """Wait for the last mail to the erased person, and return where its link leads."""
    for _ in range(240):
        page.goto(f"{demo['url']}/demo/mail/?to={demo['people']['customer']['email']}")
        press(page, "main a[href^='/demo/mail/']")
        if found := re.search(r"/certificates/[\w-]+/", page.content()):
            return found[0]
        page.wait_for_timeout(500)
    raise AssertionError("the certificate was never sent")
