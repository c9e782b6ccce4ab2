"""What a data protection officer changes about requests without a deploy, each by its own rule.

The calendar, the figures of a law, the authorities and the words of letters: see
``accounts.changes.office`` for what they have in common.
"""

from accounts.changes.kinds import register


def register_all() -> None:
    """Make the four kinds known; called when the app is ready."""
    from dsar.changes import authorities, calendar, letters, regimes

    for kind in (
        regimes.RegimeKind(),
        authorities.AuthorityKind(),
        letters.LetterKind(),
        calendar.CalendarKind(),
    ):
        register(kind)
