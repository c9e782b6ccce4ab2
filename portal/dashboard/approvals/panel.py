"""What a page shows of a change on its way: state, differences, problems, and who may do what."""

from dataclasses import dataclass

from accounts.changes import actions
from accounts.changes.kinds import KINDS, Difference, Problems, Warns, title
from accounts.changes.models import Change, ChangeEvent
from accounts.models import User


@dataclass(frozen=True)
class Panel:
    """One change as ``templates/dashboard/approvals/panel.html`` draws it."""

    change: Change
    title: str  # what is changed, in words of the active language
    kind: str  # the name of the kind
    path: str  # where the draft is edited and shown
    differences: list[Difference]
    warning: str  # what whoever drafts and whoever agrees should know first; "" if nothing
    problems: Problems  # only of an open change
    events: list[ChangeEvent]  # the first one first
    may_propose: bool
    may_decide: bool
    may_withdraw: bool
    needs_second: bool  # whether somebody else has to agree
    nobody_left: bool  # it waits, and every officer has written in it

    @property
    def missing(self) -> list[str]:
        """Return what is wrong, each sentence once."""
        return list(dict.fromkeys(one for some in self.problems.values() for one in some))


def panel(change: Change, viewer: User) -> Panel:
    """Return what ``viewer``, a data protection officer, sees of the change. Reads the database."""
    kind = KINDS[change.kind]
    is_open, is_draft = change.is_open, change.status == Change.Status.DRAFT
    return Panel(
        change=change,
        title=title(change),
        kind=str(kind.label),
        path=kind.path(change),
        differences=_differences(change),
        warning=kind.warning(change) if is_open and isinstance(kind, Warns) else "",
        problems=kind.problems(change) if is_open else {},
        events=list(change.events.select_related("by").order_by("pk")),
        may_propose=is_draft and change.author_id == viewer.pk,
        may_decide=actions.may_decide(change, viewer),
        may_withdraw=is_open,
        needs_second=actions.second_person_needed(),
        nobody_left=change.status == Change.Status.PROPOSED and not actions.others(change).exists(),
    )


def _differences(change: Change) -> list[Difference]:
    """Return what an open change would do; what a past one did is in its own record."""
    return KINDS[change.kind].differences(change) if change.is_open else []
