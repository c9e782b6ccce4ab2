"""Races: one address for one person, and an admin for every organisation."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts import actions
from accounts.models import Address, Membership, Organisation
from portal.lib.errors import DomainError
from tests.accounts import people

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts in threads of their own, started together; return what was refused."""
    start, refused = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except DomainError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_an_address_is_claimed_by_one() -> None:
    alice, bruno = people.make("alice@paraphe.example"), people.make("bruno@paraphe.example")
    refused = at_once(
        lambda: actions.claim_address("shared@paraphe.example", person=alice),
        lambda: actions.claim_address("Shared@paraphe.example", person=bruno),
    )
    assert refused == ["address_taken"]
    assert Address.objects.get(email="shared@paraphe.example").person in (alice, bruno)


def test_two_admins_cannot_both_leave() -> None:
    alice, bruno = people.make("alice@paraphe.example"), people.make("bruno@paraphe.example")
    notary = Organisation.objects.create(name="Étude", reference="o")
    for person in (alice, bruno):
        actions.join(notary, person=person, is_admin=True)
    refused = at_once(
        lambda: actions.leave(notary, person=alice, by=alice),
        lambda: actions.leave(notary, person=bruno, by=bruno),
    )
    assert refused == ["last_admin"]
    assert Membership.objects.filter(is_admin=True).count() == 1


def test_inviting_one_address_twice_at_once_sends_one_mail() -> None:
    alice = people.make("alice@paraphe.example")
    notary = Organisation.objects.create(name="Étude", reference="o")
    actions.join(notary, person=alice, is_admin=True)

    def invite() -> object:
        return actions.invite(notary, email="carla@paraphe.example", is_admin=False, by=alice)

    assert at_once(invite, invite) == []
    assert len(people.mails("carla@paraphe.example")) == 1
