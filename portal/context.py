"""What every page knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from portal.lib.office.contacts import TRANSPARENCY_PAGE, controller

THEMES = ("light", "dark")
THEME_COOKIE = "regard_theme"

# Paths, not names of URLs: the map is docs/design.md's, and a page that is not built yet may not
# break every other page.
ORGANISATION = ("/organisation/", _("Organisation"))  # for members only
NAVIGATION: dict[str, tuple[tuple[str, Any], ...]] = {
    Role.CUSTOMER: (
        ("/", _("Home")),
        ("/documents/", _("Documents")),
        ("/purposes/", _("Purposes")),
        ("/history/", _("My choices")),
        ("/requests/", _("My requests")),
        ORGANISATION,
        ("/account/", _("Account")),
    ),
    Role.SUPPORT: (
        ("/staff/", _("Queue")),
        ("/staff/people/", _("People")),
        ("/staff/outbox/", pgettext_lazy("navigation", "Mail and deliveries")),
        ("/staff/events/", _("Events")),
        ("/staff/deliveries/", _("Systems")),
        ("/account/", _("Account")),
    ),
    Role.DPO: (
        ("/dashboard/", _("Dashboard")),
        ("/staff/", _("Queue")),
        ("/staff/people/", _("People")),
        ("/staff/outbox/", pgettext_lazy("navigation", "Mail and deliveries")),
        ("/staff/events/", _("Events")),
        ("/staff/systems/", _("Systems")),
        ("/account/", _("Account")),
    ),
}

ACCOUNT = (
    ("/account/", _("Overview")),
    ("/account/profile/", _("Profile")),
    ("/account/email/", _("E-mail addresses")),
    ("/account/2fa/", _("Signing in")),
    ("/account/sessions/", _("Sessions")),
    ("/account/access/", _("Who looked at my file")),
)
# Below the dashboard: tabs on top of each of its pages.
DASHBOARD = (
    ("/dashboard/", _("Today")),
    ("/dashboard/trends/", _("Trends")),
    ("/dashboard/changes/", _("Purposes")),
    ("/dashboard/register/", _("Register")),
    ("/dashboard/evidence/", _("Anonymisation")),
    ("/dashboard/approvals/", _("Second person")),
    ("/dashboard/reports/", _("Reports")),
    ("/dashboard/log/", _("Log")),
    ("/dashboard/alarms/", _("Alarms")),
    ("/dashboard/settings/", _("Settings")),
)
# Pages of staff that are reached from one in the navigation, but lie elsewhere.
REACHED_FROM = {"/staff/deliveries/": "/staff/systems/deliveries/"}
SOURCES = "/staff/sources/"  # reached from Systems, whichever page of it the role begins with
# Pages of allauth that lie elsewhere but belong to one of those.
BELONGS = {"/account/password/": "/account/2fa/", "/account/3rdparty/": "/account/2fa/"}


@dataclass(frozen=True)
class NavigationItem:
    """One link; ``current`` is the value of aria-current, empty elsewhere."""

    path: str
    label: str
    current: str


def navigation(links: Iterable[tuple[str, Any]], path: str) -> list[NavigationItem]:
    """Return the links; of those that lead to ``path``, the longest is current."""
    within = [to for to, _label in links if path == to or (to != "/" and path.startswith(to))]
    here = max(within, key=len, default=None)
    return [
        NavigationItem(to, label, "" if to != here else "page" if to == path else "true")
        for to, label in links
    ]


def links(person: User) -> list[tuple[str, Any]]:
    """Return the pages in the person's navigation, that of organisations for members of one."""
    offered = list(NAVIGATION[person.role])
    if ORGANISATION in offered and not person.memberships.exists():
        offered.remove(ORGANISATION)
    return offered


def _account_path(path: str) -> str:
    """Return the path of the account page to which ``path`` belongs."""
    return next((home for part, home in BELONGS.items() if path.startswith(part)), path)


def _navigation(user: User, path: str) -> list[NavigationItem]:
    """Return the links of the person's role, seen from ``path``."""
    found = list(links(user))
    known = dict(found)
    if path.startswith(SOURCES):
        systems = ("/staff/systems/", "/staff/deliveries/")
        path = next((f"{to}sources/" for to in systems if to in known), path)
    return navigation(found, path if path in known else REACHED_FROM.get(path, path))


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the controller's details, the navigation, the theme, and whether this is the demo."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get(THEME_COOKIE, "")
    context = {
        "controller": SimpleLazyObject(controller),
        "demo": settings.DEMO,
        "theme": theme if theme in THEMES else "",
        "transparency": SimpleLazyObject(TRANSPARENCY_PAGE.now),
    }
    if isinstance(user, User):
        # Looked up only where it is shown: not for the parts of a page that htmx asks for.
        context["navigation"] = SimpleLazyObject(lambda: _navigation(user, request.path))
        if request.path.startswith("/account/"):
            context["account_navigation"] = navigation(ACCOUNT, _account_path(request.path))
        if request.path.startswith("/dashboard/"):
            context["dashboard_navigation"] = navigation(DASHBOARD, request.path)
    return context
