"""Correcting what is said about people and documents (art. 16 GDPR); never what was signed."""

from django.db import transaction

from accounts.models import User
from consents.models import Document, Party


@transaction.atomic
def name_of(person: User, name: str) -> None:
    """Give an account the name it should have."""
    person = User.objects.select_for_update().get(pk=person.pk)
    person.name = name
    person.save(update_fields=["name"])


@transaction.atomic
def title_of(document: Document, title: str) -> None:
    """Give a document the title it should have; the file and its hash stay as signed."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    document.title = title
    document.save(update_fields=["title"])


@transaction.atomic
def party_name(document: Document, person: User, name: str) -> bool:
    """Correct how a party is named in the list of a document's parties; return whether one was."""
    mine = Party.objects.filter(document=document, address__person=person)
    return bool(mine.update(name=name))
