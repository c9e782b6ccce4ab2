"""The page of a source's owner: by keyboard alone, and without JavaScript."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from dsar import actions
from dsar.actions import outside
from dsar.models import OutsideTask
from dsar.models.requests import Kind
from dsar.sources import base
from portal.lib.models import OutgoingMail
from tests.consents.worlds import make_person, make_purpose
from tests.dsar.outside_worlds import describe
from tests.dsar.worlds import make_staff, work
from tests.e2e.visits import WIDTHS, inspect, press, watched

OPTIONS = """
owner: archive@example.org
what_to_do: {en: "Look into the blue folders.", fr: "Voir les classeurs bleus."}
language: %s
"""


@pytest.fixture
def asked(live: str, settings: Any, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A function that has a request ask the owner, and returns the link of their mail."""
    settings.ACCOUNT_RATE_LIMITS = {}
    make_purpose()
    alice = make_person("alice")

    def ask(kind: str, language: str = "en") -> str:
        describe(settings, tmp_path / "sources", "human", OPTIONS % language, slug="paper")
        request = work(actions.open_request(Kind(kind), person=alice, by=alice, language="en"))
        if kind == "erasure":
            sam = make_staff("sam")
            work(actions.approve(request, by=sam))
        text = OutgoingMail.objects.filter(template="dsar/outside_asked").latest("pk").text
        found = re.search(r"/sources/task/\w+/", text)
        assert found
        return live + found[0]

    yield ask
    base.registered.cache_clear()


def code() -> str:
    found = re.search(r"\d{4} \d{4}", OutgoingMail.objects.latest("pk").text)
    assert found
    return found[0]


def tab_to(page: Any, selector: str) -> None:
    """Go there with the tabulator key alone."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.locator(f":is({selector}):focus").count():
            return
    raise AssertionError(selector)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("script", [False, True])
def test_a_copy_is_handed_over_by_keyboard_with_or_without_javascript(
    asked: Any, chromium: Any, axe: Any, tmp_path: Path, script: bool
) -> None:
    context = chromium(
        java_script_enabled=script, viewport={"width": WIDTHS["light"], "height": 900}
    )
    page, complaints = watched(context)

    def look() -> None:
        if script:  # axe itself is a script
            inspect(page, axe)

    page.goto(asked("access"))
    look()
    tab_to(page, "main form .button.primary")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "[name=code]")
    page.keyboard.type(code())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    look()
    assert page.locator(".masked").count() >= 1
    tab_to(page, "main form[action$='/show/'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "alice@example.org" in page.content()
    # An answer with something missing comes back with what was chosen, and says what.
    tab_to(page, "[name=outcome]")
    page.keyboard.press("Space")
    tab_to(page, "main form .button.primary")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    look()
    assert page.locator("[name=outcome][value=done]").is_checked()
    file = tmp_path / "card.pdf"
    file.write_bytes(b"%PDF-1.7 alice")
    page.locator("[name=enclosed]").set_input_files(str(file))
    press(page, page.locator("main form .button.primary"))
    look()
    task = OutsideTask.objects.get()
    assert (task.verdict, len(task.state["files"])) == ("done", 1)
    assert [one for one in complaints if "422" not in one] == []


@pytest.mark.django_db(transaction=True)
def test_an_erasure_is_answered_on_a_small_screen_in_french(
    asked: Any, chromium: Any, axe: Any
) -> None:
    context = chromium(
        viewport={"width": WIDTHS["dark"], "height": 800}, color_scheme="dark", locale="en-GB"
    )
    page, complaints = watched(context)
    link = asked("erasure", "fr")
    page.goto(link)
    assert page.locator("html").get_attribute("lang") == "fr"
    inspect(page, axe)
    press(page, page.locator("main form .button.primary"))
    inspect(page, axe)
    page.locator("[name=code]").fill(code())
    press(page, page.locator("main form .button.primary"))
    inspect(page, axe)
    page.locator("[name=outcome][value=kept]").check()
    press(page, page.locator("main form .button.primary"))
    inspect(page, axe)
    page.locator("[name=outcome][value=erased]").check()
    page.locator("[name=erased_on]").fill(timezone.localdate().isoformat())
    press(page, page.locator("main form .button.primary"))
    inspect(page, axe)
    page.goto(f"{link[:-2]}x/")
    inspect(page, axe)
    task = OutsideTask.objects.get()
    assert task.verdict == "done"
    OutsideTask.objects.update(verdict="", answered_at=None, due_at=timezone.now())
    page.goto(link)
    inspect(page, axe)
    assert outside.task_of(link.rstrip("/").rpartition("/")[2]) is not None
    assert [one for one in complaints if "410" not in one and "422" not in one] == []
