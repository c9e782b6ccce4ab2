"""The person among the parties of documents: which parts are theirs, which names are theirs."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from consents.models import Document, Party


def emails_of(person: User) -> list[str]:
    """Return every address of the person that is still known, in lower case."""
    known = set(person.addresses.exclude(email=None).values_list("email", flat=True))
    return sorted(str(email).lower() for email in known | {person.email} if email)


def parties_of(person: User) -> QuerySet[Party]:
    """Return the person's part in every document; a draft is only its sender's until it is sent."""
    mine = Party.objects.filter(address__person=person)
    return mine.filter(~Q(document__status=Document.Status.DRAFT) | Q(role=Party.Role.SENDER))


def named_by_address(person: User) -> Q:
    """Match a party whose name holds one of the person's addresses, as some services report it."""
    named = Q(pk__in=[])
    for email in emails_of(person):
        named |= Q(name__icontains=email)
    return named


def forget_names(person: User) -> None:
    """Take the person's addresses, and their name in others' drafts, out of all documents.

    For when the addresses themselves go: those drafts are in nobody's plan, for what was never sent
    to the person is not theirs to know of.
    """
    Party.objects.filter(named_by_address(person)).update(name="")
    _in_drafts_of_others(person).update(name="", hidden_at=timezone.now())


def names_are_left(person: User) -> bool:
    """Whether a draft that was never sent to the person still names them."""
    return _in_drafts_of_others(person).exclude(name="", hidden_at__isnull=False).exists()


def _in_drafts_of_others(person: User) -> QuerySet[Party]:
    sent_by_me = Party.objects.filter(address__person=person, role=Party.Role.SENDER)
    drafts = Party.objects.filter(address__person=person, document__status=Document.Status.DRAFT)
    return drafts.exclude(document__in=sent_by_me.values("document"))
