"""What must be right about described sources."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from dsar.sources.base import built_in
from dsar.sources.files import described


@register()
def described_sources(**_: Any) -> list[CheckMessage]:
    """Name every mistake in the files of SOURCES_DIR.

    A warning and no error, for an error would keep the portal from starting: one file that somebody
    mistyped must not keep people from their choices. Until it is right every search has a gap.
    """
    return [
        Warning(
            str(problem),
            hint="Until it is right, every request ends with a gap. Try: manage.py check_sources",
            id="regard.W011",
        )
        for one in described(built_in())
        for problem in one.problems
    ]
