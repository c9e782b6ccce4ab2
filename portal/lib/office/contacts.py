"""Who answers for the data, as people, authorities and machines are told it (GDPR art. 13(1))."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.lib.office.definitions import Setting, define
from portal.lib.office.shapes import Field, Flag, Record

PARTS = (
    Field("name", _("Controller: name")),
    Field("address", _("Controller: postal address"), "lines"),
    Field("email", _("Controller: e-mail"), "email"),
    Field("dpo_name", _("Data protection officer: name"), required=False),
    Field("dpo_email", _("Data protection officer: e-mail"), "email"),
    Field(
        "representative_name",
        _("Representative in the Union: name"),
        hint=_("Only for a controller outside the Union (article 27 GDPR)."),
        required=False,
    ),
    Field("representative_address", _("Representative: postal address"), "lines", required=False),
    Field("representative_email", _("Representative: e-mail"), "email", required=False),
)


def _first() -> dict[str, str]:
    return {part.name: settings.CONTROLLER.get(part.name, "") for part in PARTS}


CONTACTS: Setting[dict[str, str]] = define(
    Setting(
        key="contacts",
        group="contacts",
        label=_("Controller, data protection officer, representative"),
        help=_("Who answers for the data, and whom people can turn to."),
        affects=_(
            "Every page, letter, receipt, copy and certificate from now on, the register and"
            " security.txt. What was sent or sealed before stays as it was."
        ),
        bounds=_(
            "Name, addresses and the officer’s e-mail are owed to everybody (article 13(1)(a) and"
            " (b) GDPR). The country decides the law and is the operator’s: CONTROLLER_COUNTRY."
        ),
        shape=Record(PARTS),
        variable="CONTROLLER_NAME, CONTROLLER_ADDRESS, CONTROLLER_EMAIL, DPO_NAME, DPO_EMAIL",
        default=_first,
    )
)

TRANSPARENCY_PAGE: Setting[bool] = define(
    Setting(
        key="transparency_page",
        group="public",
        label=_("Public page with figures"),
        help=_("Whether everybody can read how many requests there were, and how fast they ended."),
        affects=_("The page /transparency/, at once. It holds figures only, and names nobody."),
        bounds=_("No law asks for it, and none forbids it."),
        shape=Flag(_("everybody can read it"), _("there is no such page")),
        variable="TRANSPARENCY_PAGE",
        default=lambda: settings.TRANSPARENCY_PAGE,
        stricter="more",
    )
)


def controller() -> dict[str, Any]:
    """Return who answers for the data: the parts of :data:`PARTS` and ``country`` (ISO 3166-1)."""
    return {**settings.CONTROLLER, **CONTACTS.now()}


def last_known_controller() -> dict[str, Any]:
    """Return the same without asking the database: it may be what failed."""
    return {**settings.CONTROLLER, **CONTACTS.last_known()}
