"""Correcting (art. 16 GDPR). What was signed is never altered: a statement stands beside it."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.actions import correcting
from consents.models import Document
from dsar import details, letters, rules
from dsar.actions import recipients, resolving
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import RecipientNotice, Statement, SubjectRequest
from dsar.models.requests import Kind
from dsar.states import Outcome
from portal.lib.errors import DomainError

NAME, TITLE, PARTY, CONTENT = "name", "title", "party_name", "content"
# Held here, so it is corrected here; the rest lies where somebody else has to do it.
HERE = frozenset({NAME, TITLE, PARTY})
MOST_LETTERS = {NAME: 150, TITLE: 300, PARTY: 150}


class NotCorrectable(DomainError):
    """There is nothing that could be changed as it was asked."""

    code = "not_correctable"


@transaction.atomic
def rectify(
    request: SubjectRequest, *, by: User, outcome: Outcome, text: str, done_by: str = ""
) -> SubjectRequest:
    """Apply what was asked, old → new, or record who did it at the source, and answer.

    A signed content gets the person's statement beside it. ``done_by`` names who corrected what
    does not lie here (a service or a function, no person's name).

    Raises:
        NotCorrectable: the thing is gone, or what it should be is empty or too long.
        EvidenceMissing: it lies elsewhere, and nobody is named who did it.
        see :func:`dsar.actions.resolving.resolve`.
    """
    if request.kind != Kind.RECTIFICATION:
        raise NotCorrectable(_("This request does not ask for a correction."))
    request = resolving.answer(request, by=by, outcome=outcome, text=text)
    what = details.word(request.details, "what")
    if what == CONTENT:
        _attach(request)
    elif what in HERE:
        _correct(request, what)
    elif not done_by.strip():
        raise rules.EvidenceMissing(_("Name the place where it was corrected."))
    done = {"done_by": done_by.strip(), "done_at": timezone.now().isoformat()}
    request.details = request.details | done
    request.save(update_fields=["details"])
    note(request, Code.RECTIFIED, by=by, what=what)
    about = [_document(request).pk] if what in (TITLE, PARTY, CONTENT) else []
    recipients.tell_recipients(request, RecipientNotice.What.RECTIFICATION, about)
    letters.rectified(request)
    return request


@transaction.atomic
def take_statement_back(statement: Statement, *, by: User) -> Statement:
    """Erase one's statement: it no longer stands beside the document.

    Raises:
        NotYours: it is somebody else's.
    """
    request = lock(statement.request_id)
    if by.pk != request.person_id:
        raise rules.NotYours(_("Only the person who wrote it can take it back."))
    statement = Statement.objects.select_for_update().get(pk=statement.pk)
    if statement.erased_at is None:
        statement.text, statement.erased_at = "", timezone.now()
        statement.save(update_fields=["text", "erased_at"])
    return statement


def _correct(request: SubjectRequest, what: str) -> None:
    new = details.word(request.details, "should")
    if not new or len(new) > MOST_LETTERS[what]:
        raise NotCorrectable(_("What it should be is empty or too long to be written there."))
    if what == NAME:
        correcting.name_of(request.person, new)
    elif what == TITLE:
        correcting.title_of(_document(request), new)
    elif not correcting.party_name(_document(request), request.person, new):
        raise NotCorrectable(_("The person is not named in this document any more."))


def _attach(request: SubjectRequest) -> None:
    """Put the person's words beside the document; once for each request."""
    words: dict[str, Any] = {"text": details.word(request.details, "should")}
    if not words["text"]:
        raise NotCorrectable(_("There is no statement to put beside the document."))
    Statement.objects.get_or_create(request=request, document=_document(request), defaults=words)


def _document(request: SubjectRequest) -> Document:
    theirs = Document.objects.visible_to(request.person)
    uid = details.uid(request.details, "document")
    found = theirs.filter(uid=uid).first() if uid else None
    if found is None:
        raise NotCorrectable(_("The document is not there any more."))
    return found
