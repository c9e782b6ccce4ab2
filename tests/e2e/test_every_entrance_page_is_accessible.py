"""A visitor who is not signed in: light on a wide screen, dark on a narrow one."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e import visits

PAGES = [
    "/",
    "/help/",
    "/accessibility/",
    "/account/login/",
    "/account/login/code/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/key/1-nonsense/",
    "/account/logout/",
    "/there-is-no-such-page/",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_accessible_and_keeps_the_policy(
    path: str, theme: str, live: str, chromium: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    viewport = {"width": visits.WIDTHS[theme], "height": 800}
    page, complaints = visits.watched(chromium(color_scheme=theme, viewport=viewport))
    page.goto(live + path)
    visits.inspect(page, axe)
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_component_is_accessible_in_both_themes(
    theme: str, live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], settings: Any
) -> None:
    settings.DEMO = True
    viewport = {"width": visits.WIDTHS[theme], "height": 800}
    page, complaints = visits.watched(chromium(color_scheme=theme, viewport=viewport))
    for query in ("", "?errors"):
        page.goto(f"{live}/demo/components/{query}")
        visits.inspect(page, axe)
    assert complaints == []


def test_errors_take_the_focus_and_lead_to_their_field(
    live: str, chromium: Callable[..., Any]
) -> None:
    page = chromium().new_page()
    page.goto(f"{live}/account/login/code/")
    page.locator("main form").evaluate("form => form.noValidate = true")
    visits.press(page, page.locator("main .button.primary"))
    summary = page.locator(".errors")
    assert summary.evaluate("element => element === document.activeElement")
    summary.get_by_role("link").click()
    field = page.locator("[name=email]")
    assert field.evaluate("element => element === document.activeElement")
    described = page.locator("#" + str(field.get_attribute("aria-describedby")))
    assert described.inner_text() in summary.inner_text()


def test_the_focus_is_visible_everywhere_and_starts_with_the_skip_link(
    live: str, chromium: Callable[..., Any]
) -> None:
    page = chromium().new_page()
    page.goto(f"{live}/account/login/")
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e),
                 b = e.getBoundingClientRect();
                 return [e.textContent.trim(), s.outlineStyle, parseFloat(s.outlineWidth),
                         b.top >= 0 && b.bottom <= innerHeight, b.height] }"""
        )
        seen.append(focus)
    assert seen[0][0] == "Skip to the content"
    for text, style, width, within, height in seen:
        assert style == "solid", text
        assert width >= 2, text
        assert within, text
        assert height >= 16, text


def test_the_page_keeps_its_words_in_forced_colours_and_with_wide_spacing(
    live: str, chromium: Callable[..., Any]
) -> None:
    # The spacing of WCAG 1.4.12 comes from outside the page, as a person's own style would.
    page = chromium(bypass_csp=True, viewport={"width": 320, "height": 800}).new_page()
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto(f"{live}/account/login/")
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
    )
    visits.require_reflow(page)
    button = page.locator("main form .button.primary")
    assert button.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    assert button.evaluate("e => e.scrollWidth <= e.clientWidth")
