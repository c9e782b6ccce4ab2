"""What every page knows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role

THEMES = ("light", "dark")
THEME_COOKIE = "regard_theme"

# Paths, not names of URLs: the map is docs/design.md's, and a page that is not built yet may not
# break every other page.
NAVIGATION: dict[str, tuple[tuple[str, Any], ...]] = {
    Role.CUSTOMER: (
        ("/", _("Home")),
        ("/documents/", _("Documents")),
        ("/purposes/", _("Purposes")),
        ("/history/", _("My choices")),
        ("/requests/", _("My requests")),
        ("/account/", _("Account")),
    ),
    Role.SUPPORT: (
        ("/staff/", _("Queue")),
        ("/staff/people/", _("People")),
        ("/staff/outbox/", _("Mail and deliveries")),
        ("/account/", _("Account")),
    ),
    Role.DPO: (
        ("/dashboard/", _("Dashboard")),
        ("/staff/", _("Queue")),
        ("/staff/people/", _("People")),
        ("/staff/outbox/", _("Mail and deliveries")),
        ("/account/", _("Account")),
    ),
}


@dataclass(frozen=True)
class NavigationItem:
    """One link; ``current`` is the value of aria-current, empty elsewhere."""

    path: str
    label: str
    current: str


def navigation(user: User, path: str) -> list[NavigationItem]:
    """Return the links for the person's role; the longest one that leads to ``path`` is current."""
    links = NAVIGATION[user.role]
    within = [to for to, _label in links if path == to or (to != "/" and path.startswith(to))]
    here = max(within, key=len, default=None)
    return [
        NavigationItem(to, label, "" if to != here else "page" if to == path else "true")
        for to, label in links
    ]


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the controller's details, the navigation, the theme, and whether this is the demo."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "controller": settings.CONTROLLER,
        "demo": settings.DEMO,
        "theme": theme if theme in THEMES else "",
        "navigation": navigation(user, request.path) if isinstance(user, User) else [],
    }
