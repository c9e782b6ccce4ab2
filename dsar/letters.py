"""What the person is told by mail, at each turn: the reference, and one clear next step.

Mails carry no link that opens anything by itself, but for the certificate: after an erasure there
is no account left to sign in to.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from dsar import agents, authorities, laws, letter_parts, letter_words
from dsar.models import Message, Package, Pause, RequestEvent, Restriction, SubjectRequest
from dsar.models.requests import Kind
from portal.lib import mail

COPIES = frozenset({Kind.ACCESS, Kind.PORTABILITY})


def acknowledge(request: SubjectRequest) -> None:
    """Confirm receipt, with what happens next and the due date; once.

    It is also the confirmation of receipt that the CCPA asks for (§ 7021(a)).
    """
    if request.acknowledged_at is not None:
        return
    request.acknowledged_at = timezone.now()
    request.save(update_fields=["acknowledged_at"])
    RequestEvent.objects.create(request=request, code=RequestEvent.Code.ACKNOWLEDGED)
    if request.kind == Kind.APPEAL:
        appeal_received(request)
    else:
        _tell(request, "received")


def confirm_withdrawal(request: SubjectRequest) -> None:
    """Confirm that the request was taken back."""
    _tell(request, "withdrawn")


def ask_identity(request: SubjectRequest, link: str) -> None:
    """Ask for a confirmation of who asks; ``link`` (absolute) is where it is given."""
    _tell(request, "identity", unique=_moment(request.identity_asked_at), link=link)


def remind_identity(request: SubjectRequest, link: str) -> None:
    """Ask once more, and say what happens without an answer."""
    _tell(request, "identity_again", unique=_moment(request.identity_asked_at), link=link)


def close_unidentified(request: SubjectRequest) -> None:
    """Say that it was closed because nobody confirmed it, how to open it again, where to complain
    (art. 12(4))."""
    _tell_end(request, "unidentified")


def ask(request: SubjectRequest, pause: Pause) -> None:
    """Say that we have a question and the clock stands still; its words stay in the portal."""
    _tell(request, "question", unique=str(pause.pk), pause=pause)


def resolved(request: SubjectRequest) -> None:
    """Say that a person has decided, and where the answer stands."""
    _tell_end(request, "answered")


def restricted(request: SubjectRequest) -> None:
    """Say that the use is paused, and that an end of it is announced before (art. 18(3))."""
    _tell_end(request, "restricted")


def announce_lifting(restriction: Restriction) -> None:
    """Say from when the use goes on, and why, before it does (art. 18(3))."""
    request = restriction.request
    _tell(
        request,
        "lifting",
        unique=restriction.lift_on.isoformat() if restriction.lift_on else "",
        restriction=restriction,
        authority=authorities.of(request.country, request.region),
    )


def rectified(request: SubjectRequest) -> None:
    """Say that the data is corrected, and that who received it was told (art. 19)."""
    _tell_end(request, "rectified")


def obeyed(request: SubjectRequest) -> None:
    """Say that the objection is obeyed."""
    _tell_end(request, "obeyed")


def appeal_received(request: SubjectRequest) -> None:
    """Confirm an appeal: somebody else decides, on a clock of its own. It is its receipt, too."""
    _tell(request, "appeal", parent=request.parent)


def duplicate(request: SubjectRequest) -> None:
    """Say in which other request this one is answered."""
    _tell_end(request, "duplicate", first=request.duplicate_of)


def forwarded(request: SubjectRequest, controller: str) -> None:
    """Say who decides about the data and got the request from us (art. 28(3)(e))."""
    _tell_end(request, "forwarded", decider=controller)


def grace(request: SubjectRequest) -> None:
    """Say until when an approved erasure can still be taken back."""
    _tell(request, "grace", unique=_moment(request.grace_until))


def reopened(request: SubjectRequest) -> None:
    """Say that a reply has opened the request again, and by when it is answered now."""
    opened = request.events.filter(code=RequestEvent.Code.REOPENED).count()
    _tell(request, "reopened", unique=str(opened))


def tell_moved(request: SubjectRequest, moved: RequestEvent) -> None:
    """Say that the promised day is another one now, and why."""
    old = date.fromisoformat(moved.data["old_due_on"])
    _tell(request, "due_moved", unique=str(moved.pk), old=old, because=moved.data["because"])


def announce_extension(request: SubjectRequest) -> None:
    """Say by when, and why, inside the first month (art. 12(3))."""
    _tell(request, "extended", authority=authorities.of(request.country, request.region))


def explain_refusal(request: SubjectRequest) -> None:
    """Give ground, evidence, the authority and the court (art. 12(4))."""
    _tell_end(request, "refused")


def announce_message(request: SubjectRequest, message: Message) -> None:
    """Say that staff wrote; the words themselves stay in the portal."""
    _tell(request, "message", unique=str(message.pk))


def answer(request: SubjectRequest, missing: list[str]) -> None:
    """Say that the copy is ready. An erasure is answered by its certificate instead."""
    if request.kind in COPIES:
        _tell_end(request, "ready", package=request.package, has_gaps=bool(missing))


def send_certificate(request: SubjectRequest, *, to: str, path: str, has_gaps: bool) -> None:
    """Send the link to the certificate, the last mail an erased person gets from us."""
    link, authority = f"{settings.SITE_URL}{path}", authorities.of(request.country, request.region)
    _tell(request, "erased", to=to, link=link, has_gaps=has_gaps, authority=authority)


def agent_took(request: SubjectRequest, package: Package) -> None:
    """Say that who acts for the person has downloaded the copy, and how to end it."""
    _tell(request, "agent_took", unique=str(package.downloads))


def asked_already(request: SubjectRequest, name: str, *, waits: bool, unique: str) -> None:
    """Say that ``name`` asked, in the person's name, for what is asked for already.

    ``waits``: nobody has confirmed yet that it is the person's. Told once for each ``unique``.
    """
    _tell(request, "agent_already", unique=unique, name=name, waits=waits)


def announce_expiry(package: Package) -> None:
    """Say that the copy will be destroyed soon."""
    _tell(package.request, "expiring", package=package)


def _tell_end(request: SubjectRequest, template: str, **context: Any) -> None:
    """Tell of an end: a request that was opened again may come to the same end a second time."""
    authority = authorities.of(request.country, request.region)
    unique = _moment(request.closed_at) if request.reopened_on else ""
    _tell(request, template, unique=unique, authority=authority, **context)


def _moment(at: datetime | None) -> str:
    return str(int(at.timestamp())) if at is not None else ""


def _tell(
    request: SubjectRequest, template: str, *, to: str = "", unique: str = "", **context: Any
) -> None:
    to = to or request.person.email or ""
    if not to:
        return  # erased: nobody is left to be told
    key = ":".join(filter(None, [f"dsar-{template}", str(request.pk), unique]))
    language = request.language
    with override(language):
        known = _known(request) | context
        own = letter_words.own(template, language, known)
        if own is None and template in letter_parts.LETTERS:
            words = mail.render(f"dsar/{template}", language=language, context=known)
            letter_parts.require(template, words.text, known, language)
        name = f"dsar/{template}"
        mail.send(name, to=to, language=language, key=key, context=known, wording=own)
        agents.tell(request, template, unique=unique, link=str(context.get("link", "")))


def preview(request: SubjectRequest, template: str, **context: Any) -> mail.Words:
    """Return a letter as the person would read it, in their language. Sends and keeps nothing."""
    with override(request.language):
        known = (
            _known(request)
            | {"authority": authorities.of(request.country, request.region)}
            | context
        )
        own = letter_words.own(template, request.language, known)
        name = f"dsar/{template}"
        return mail.render(name, language=request.language, context=known, wording=own)


def _known(request: SubjectRequest) -> dict[str, Any]:
    """Return what every letter knows; in the language that is active."""
    url = settings.SITE_URL + reverse("dsar:detail", args=[request.reference])
    remedies = laws.remedies(request)
    known = {"request": request, "url": url, "person": request.person, "remedies": remedies}
    return known | {"agent": agents.told(request), "acting": agents.acting(request)}
