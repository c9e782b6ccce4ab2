"""The one sentence at the top of a request's page: where it stands, in words of daily life."""

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from dsar.kinds import nature
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import Outcome, Status

ARRIVED = gettext_lazy("Your request has <strong>arrived</strong>.")
HEADLINES: dict[tuple[str, str], str | Promise] = {
    (Kind.ACCESS, Status.REVIEW): gettext_lazy("A person is <strong>checking</strong> your copy."),
    (Kind.ACCESS, Status.PREPARING): gettext_lazy("Your copy is <strong>being made</strong>."),
    (Kind.ACCESS, Status.ANSWERED): gettext_lazy("Your copy is <strong>ready</strong>."),
    (Kind.PORTABILITY, Status.REVIEW): gettext_lazy(
        "A person is <strong>checking</strong> your files."
    ),
    (Kind.PORTABILITY, Status.PREPARING): gettext_lazy(
        "Your files are <strong>being made</strong>."
    ),
    (Kind.PORTABILITY, Status.ANSWERED): gettext_lazy("Your files are <strong>ready</strong>."),
    (Kind.ERASURE, Status.SEARCHING): gettext_lazy(
        "We are <strong>planning</strong> what is erased."
    ),
    (Kind.ERASURE, Status.REVIEW): gettext_lazy("A person is <strong>checking</strong> the plan."),
    (Kind.ERASURE, Status.PREPARING): gettext_lazy("Your data is <strong>being erased</strong>."),
    (Kind.ERASURE, Status.ANSWERED): gettext_lazy("Your data has been <strong>erased</strong>."),
    (Kind.RECTIFICATION, Status.REVIEW): gettext_lazy(
        "A person is <strong>comparing</strong> what we hold with what you wrote."
    ),
    (Kind.RECTIFICATION, Status.ANSWERED): gettext_lazy("Your data is <strong>corrected</strong>."),
    (Kind.RESTRICTION, Status.REVIEW): gettext_lazy(
        "The use is <strong>paused</strong>, and a person looks at why."
    ),
    (Kind.RESTRICTION, Status.ANSWERED): gettext_lazy("The use is <strong>paused</strong>."),
    (Kind.OBJECTION, Status.REVIEW): gettext_lazy(
        "Your objection is <strong>being weighed</strong>."
    ),
    (Kind.OBJECTION, Status.ANSWERED): gettext_lazy("Your objection is <strong>obeyed</strong>."),
    (Kind.HUMAN_REVIEW, Status.REVIEW): gettext_lazy(
        "A person is <strong>looking at</strong> the decision."
    ),
    (Kind.HUMAN_REVIEW, Status.ANSWERED): gettext_lazy("The decision is <strong>changed</strong>."),
    (Kind.APPEAL, Status.REVIEW): gettext_lazy(
        "Somebody else is <strong>looking again</strong> at our answer."
    ),
    (Kind.APPEAL, Status.ANSWERED): gettext_lazy("Our first answer is <strong>changed</strong>."),
}
# An answer says no more than was done (invariant 8).
BY_OUTCOME: dict[tuple[str, str], str | Promise] = {
    (Outcome.WITH_GAPS, Kind.ACCESS): gettext_lazy(
        "Your copy is ready, <strong>with gaps</strong>."
    ),
    (Outcome.WITH_GAPS, Kind.PORTABILITY): gettext_lazy(
        "Your files are ready, <strong>with gaps</strong>."
    ),
    (Outcome.WITH_GAPS, Kind.ERASURE): gettext_lazy(
        "Your data has been erased <strong>in part</strong>."
    ),
    (Outcome.NOTHING_FOUND, Kind.ACCESS): gettext_lazy(
        "We hold <strong>nothing</strong> about you."
    ),
    (Outcome.NOTHING_FOUND, Kind.PORTABILITY): gettext_lazy(
        "There was <strong>nothing</strong> to take along."
    ),
    (Outcome.NOTHING_FOUND, Kind.ERASURE): gettext_lazy(
        "There was <strong>nothing</strong> to erase."
    ),
    (Outcome.PARTLY, Kind.ACCESS): gettext_lazy("Your copy is ready, <strong>in part</strong>."),
    (Outcome.PARTLY, Kind.PORTABILITY): gettext_lazy(
        "Your files are ready, <strong>in part</strong>."
    ),
    (Outcome.PARTLY, Kind.RECTIFICATION): gettext_lazy(
        "Your data is corrected <strong>in part</strong>."
    ),
    (Outcome.PARTLY, Kind.RESTRICTION): gettext_lazy("The use is paused <strong>in part</strong>."),
    (Outcome.PARTLY, Kind.OBJECTION): gettext_lazy(
        "Your objection is obeyed <strong>in part</strong>."
    ),
    (Outcome.PARTLY, Kind.HUMAN_REVIEW): gettext_lazy(
        "The decision is changed <strong>in part</strong>."
    ),
    (Outcome.PARTLY, Kind.APPEAL): gettext_lazy(
        "Our first answer is changed <strong>in part</strong>."
    ),
    (Outcome.CONFIRMED, Kind.HUMAN_REVIEW): gettext_lazy("The decision <strong>stands</strong>."),
    (Outcome.CONFIRMED, Kind.APPEAL): gettext_lazy("Our first answer <strong>stands</strong>."),
}
# What is said of a kind that has no words of its own at that place.
ANY: dict[str, str | Promise] = {
    Status.RECEIVED: ARRIVED,
    Status.IDENTITY: gettext_lazy("We wait until you have <strong>confirmed</strong> it."),
    Status.SEARCHING: gettext_lazy("We are <strong>searching</strong> your data."),
    Status.REVIEW: gettext_lazy("A person is <strong>looking at</strong> your request."),
    Status.GRACE: gettext_lazy("It is decided, and you can still <strong>take it back</strong>."),
    Status.PREPARING: gettext_lazy("Your answer is <strong>being made</strong>."),
    Status.ANSWERED: gettext_lazy("Your request is <strong>answered</strong>."),
    Status.DUPLICATE: gettext_lazy("This is answered in your <strong>other</strong> request."),
    Status.SPAM: gettext_lazy("This was closed as <strong>no request</strong> about data."),
    Status.UNIDENTIFIED: gettext_lazy("Nobody <strong>confirmed</strong> this request."),
    Status.FORWARDED: gettext_lazy("We <strong>passed this on</strong> to who decides about it."),
    Status.REFUSED: gettext_lazy("We did <strong>not do</strong> what you asked."),
    Status.WITHDRAWN: gettext_lazy("You <strong>withdrew</strong> this request."),
}


def headline(request: SubjectRequest) -> SafeString:
    """Return the sentence at the top of a request's page, as HTML with its decisive word marked."""
    said = BY_OUTCOME.get((request.outcome, request.kind))
    own = HEADLINES.get((request.kind, request.status))
    in_words = request.reopened_on is not None and request.resolution != ""
    if request.status == Status.ANSWERED and in_words and nature(request).searches:
        own = said = None  # answered in words after a reply: no new copy, nothing erased anew
    if request.kind == Kind.RESTRICTION and request.status == Status.ANSWERED and _is_over(request):
        own = said = gettext_lazy("The pause has <strong>ended</strong>.")
    if request.status == Status.REVIEW and request.reopened_on is not None:
        own = gettext_lazy("Your reply is <strong>being looked at</strong>.")
    # The words are ours and hold no value of anybody's.
    return mark_safe(str(said or own or ANY[request.status]))  # noqa: S308


def _is_over(request: SubjectRequest) -> bool:
    """Whether all that the request had paused is in use again."""
    rows = request.restrictions.all()
    return rows.exists() and not rows.filter(lifted_at=None).exists()
