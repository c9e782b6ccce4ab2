"""What an officer set for themselves and did at the dashboard, for their own copy.

The dashboard stands above requests: its tables are known here by name, as in ``covers``.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from accounts.models import User
from dsar.sources.base import Column, Row, Table


def tables(person: User) -> Iterator[Table]:
    """Yield the officer's own mails of the dashboard, and each of their acts there."""
    yield Table(
        "my-alarms",
        _("Which alarms and digests you asked for"),
        _("The alarms that are told to you by name, and at which hour your digest comes."),
        (Column("what", _("What")), Column("which", _("Which"))),
        _wishes(person),
    )
    acts = _of("OfficeEvent").filter(by=person).order_by("pk")
    yield Table(
        "my-office",
        _("What you did about alarms, digests and exports"),
        _("Each act, by the code of the rule or the export; about whom it was is theirs to know."),
        (Column("at", _("When")), Column("what", _("Act")), Column("about", _("About"))),
        (
            Row({"at": act.at, "what": act.code, "about": act.about},
                {"what": act.get_code_display()})
            for act in acts.iterator(chunk_size=2000)
        ),
    )  # fmt: skip


def _wishes(person: User) -> Iterator[Row]:
    for reader in _of("AlarmReader").filter(reader=person).select_related("rule").order_by("pk"):
        yield Row({"what": "alarm", "which": reader.rule.code}, {"what": _("alarm")})
    for wish in _of("DigestWish").filter(reader=person):
        which = f"{wish.hour:02}:00" if wish.is_on else ""
        yield Row({"what": "digest", "which": which}, {"what": _("daily digest")})


def _of(name: str) -> Any:
    return apps.get_model("portal", name)._default_manager
