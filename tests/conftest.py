"""Fixtures that every test may ask for.

The environment comes first: Django's settings are read from it as soon as they are imported.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import django
import hypothesis
import pytest
from django.test import override_settings
from django.utils import timezone, translation

from tests import environment

environment.prepare()
django.setup()

# What a run tries is the same each time, and no slowness is a mistake: a change fails by what it
# does. `--hypothesis-profile=explore` looks elsewhere, as often as somebody wants to look.
hypothesis.settings.register_profile(
    "explore",
    max_examples=400,
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,  # asked for knowingly
    ],
)
hypothesis.settings.register_profile(
    "regard",
    hypothesis.settings.get_profile("explore"),
    max_examples=100,
    derandomize=True,
    database=None,
)
hypothesis.settings.load_profile("regard")

# Switches off what a browser asks of the network on its own account.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
LAST_MINUTE = 60  # seconds
MIDNIGHTS = (21, 22, 23)  # hours of UTC that a day of UTC or of Paris may end with
PATIENCE = 120_000  # ms until what a page does not do is given up; a busy machine may be slow
# Fixtures that start a server, a browser or a demo, or that empty the tables after a test.
LONG = {"chromium", "demo", "live", "private_server", "transactional_db", "worker"}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first: no worker is left with one when all else is done.

    Within the browser's files, the other long ones and the rest, pytest-randomly's order stays.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    long = {item.path for item in items if _takes_long(item)}
    items.sort(key=lambda item: ("e2e" not in item.path.parts, item.path not in long))


def _takes_long(item: pytest.Item) -> bool:
    database = item.get_closest_marker("django_db")
    return bool(database and database.kwargs.get("transaction")) or bool(
        LONG.intersection(getattr(item, "fixturenames", ()))
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """No test begins in the last minute of a day of UTC or Paris: its today stays today."""
    if (left := 3600 - time.time() % 3600) < LAST_MINUTE and time.gmtime().tm_hour in MIDNIGHTS:
        time.sleep(left)


@pytest.fixture(scope="session", autouse=True)
def _passwords_are_hashed_quickly() -> Iterator[None]:
    """A good hash takes its time, some thousand times in a run; what is tested is not the hash.

    Where the hash itself matters, ``real_password_hashes`` brings it back.
    """
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=cheap):
        yield


@pytest.fixture(scope="session", autouse=True)
def _only_what_is_full_is_emptied() -> Iterator[None]:
    """To truncate all tables takes longer than most tests; after most, nearly all are empty."""
    from tests import emptying

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.management.commands.flush.sql_flush", emptying.statements)
        yield


@pytest.fixture
def real_password_hashes(settings: Any) -> None:
    """Hash passwords as the site does."""
    from portal.settings import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS


@pytest.fixture(autouse=True)
def _back_to_the_default_language() -> Iterator[None]:
    """A request leaves its language and time zone behind in the thread; the next test has none."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def mailserver(settings: Any) -> Iterator[Any]:
    """A real SMTP server that takes the mails of the test; see ``tests.servers.MailServer``."""
    from tests.servers import MailServer

    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.port
    yield server
    server.stop()


@pytest.fixture
def worker(transactional_db: None, mailserver: Any) -> Iterator[Any]:
    """The real job worker on the test database; see ``tests.servers.Worker``."""
    from tests.servers import Worker, subprocess_environment

    running = Worker(subprocess_environment())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def live(transactional_db: None, live_server: Any, settings: Any) -> str:
    """The address of a web server that serves the test database."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture(scope="module")
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # The system's browser; Playwright's own, which `make test` fetches, where there is none.
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    # Playwright's synchronous API runs an event loop in this thread for as long as it is open, and
    # there Django would refuse the database, although nothing is asynchronous.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def chromium(_browser: Any) -> Iterator[Callable[..., Any]]:
    """A function that opens a fresh, private browser context: ``chromium(locale="fr-FR")``."""
    contexts = []

    def open_context(**options: Any) -> Any:
        context = _browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Callable[[Any], None]:
    """A function that asserts a page breaks no rule of WCAG 2.2 AA that a machine can see.

    Nor WCAG 1.4.6, a contrast of 7:1, which is our own rule and includes the 4.5:1 of AA.
    """
    from axe_playwright_python.sync_playwright import Axe

    contrast = {"color-contrast": {"enabled": False}, "color-contrast-enhanced": {"enabled": True}}
    options = {
        "runOnly": {"type": "tag", "values": WCAG},
        "rules": contrast,
        "resultTypes": ["violations"],
    }

    def assert_accessible(page: Any) -> None:
        page.wait_for_load_state()
        result = Axe().run(page, options=options)
        assert result.violations_count == 0, result.generate_report()

    return assert_accessible
