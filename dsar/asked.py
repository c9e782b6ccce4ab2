"""What somebody asked, in words: the answers of a form as its reader understands them."""

from uuid import UUID

from django.utils.translation import gettext as _

from consents.models import Document, PurposeVersion
from dsar import details
from dsar.actions.objections import purpose_of
from dsar.forms_kinds import AppealForm, RectificationForm
from dsar.models import Restriction, SubjectRequest
from dsar.models.requests import Kind

Lines = list[tuple[str, str]]
# More titles than these are counted, not listed.
MOST_TITLES = 20


def in_words(request: SubjectRequest) -> Lines:
    """Return each answer with what it answers; empty where nothing had to be said."""
    lines = _of_kind(request)
    if request.asked_because:
        lines.append((_("Reason"), str(request.get_asked_because_display())))
    if request.about:
        lines.append((_("In your own words"), request.about))
    return [(label, answer) for label, answer in lines if answer]


def _of_kind(request: SubjectRequest) -> Lines:
    read = OF_KIND.get(Kind(request.kind))
    return read(request) if read is not None else []


def _rectification(request: SubjectRequest) -> Lines:
    what = dict(RectificationForm.WHAT).get(details.word(request.details, "what"), "")
    uid = details.uid(request.details, "document")
    return [
        (_("What is wrong"), str(what)),
        (_("Document"), _titles(request, [uid] if uid else [])),
        (_("It said"), details.word(request.details, "now")),
        (_("It should say"), details.word(request.details, "should")),
        (_("Corrected at"), details.word(request.details, "done_by")),
    ]


def _restriction(request: SubjectRequest) -> Lines:
    chosen = details.uids(request.details, "documents")
    some = details.word(request.details, "scope") == "documents"
    what = _titles(request, chosen) if some else _("Everything, also what comes later")
    grounds = dict(Restriction.Ground.choices)
    ground = grounds.get(details.word(request.details, "ground"), "")
    return [(_("What is paused"), what), (_("Why"), str(ground))]


def _objection(request: SubjectRequest) -> Lines:
    purpose = purpose_of(request)
    if purpose is None:
        return []
    known = PurposeVersion.objects.standing().filter(purpose=purpose)
    version = known.order_by("-number").first()
    return [(_("Use"), version.text().title if version else purpose.slug)]


def _human_review(request: SubjectRequest) -> Lines:
    return [(_("Decision"), details.word(request.details, "decision"))]


def _appeal(request: SubjectRequest) -> Lines:
    known = dict(AppealForm.WHY)
    why = [str(known[one]) for one in details.words(request.details, "why") if one in known]
    return [(_("What is not right"), ", ".join(why))]


def _titles(request: SubjectRequest, uids: list[UUID]) -> str:
    found = Document.objects.filter(
        uid__in=uids, parties__address__person=request.person_id
    ).distinct()
    titles = [one.title or _("Document without a title") for one in found[:MOST_TITLES]]
    return ", ".join(titles)


OF_KIND = {
    Kind.RECTIFICATION: _rectification,
    Kind.RESTRICTION: _restriction,
    Kind.OBJECTION: _objection,
    Kind.HUMAN_REVIEW: _human_review,
    Kind.APPEAL: _appeal,
}
