"""Members are invited, and become members by saying yes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import actions
from accounts.models import Invitation, Membership, Organisation, User
from tests.accounts import people


@pytest.fixture
def notary(db: None) -> Organisation:
    """An organisation that nobody is in yet."""
    return Organisation.objects.create(name="Étude Martin & fils", reference="org-1")


@pytest.fixture
def admin(notary: Organisation, alice: User) -> User:
    """Alice, its admin."""
    actions.join(notary, person=alice, is_admin=True)
    return alice


def page(notary: Organisation) -> str:
    return f"/organisation/{notary.uid}/"


def test_an_invited_person_accepts_and_is_a_member(
    notary: Organisation, admin: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    signed_in(admin).post(page(notary) + "invite/", {"email": "Bruno@Paraphe.example"})
    mail = people.mails("Bruno@Paraphe.example")[-1]
    assert "Étude Martin & fils" in mail.text
    assert "Étude Martin & fils" in mail.subject
    assert not Membership.objects.filter(person=bruno).exists()
    browser = signed_in(bruno)
    assert "Étude Martin" in browser.get("/organisation/").content.decode()
    invitation = Invitation.objects.get()
    answer = browser.post(f"/organisation/invitations/{invitation.uid}/", {"accept": ""})
    assert answer["location"] == page(notary)
    assert not Membership.objects.get(person=bruno).is_admin
    assert browser.get(page(notary)).status_code == 200


def test_a_declined_invitation_makes_nobody_a_member(
    notary: Organisation, admin: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    invitation = actions.invite(notary, email=bruno.email or "", is_admin=True, by=admin)
    signed_in(bruno).post(f"/organisation/invitations/{invitation.uid}/", {"decline": ""})
    assert not Membership.objects.filter(person=bruno).exists()
    assert not Invitation.objects.exists()


def test_nobody_answers_an_invitation_to_somebody_else(
    notary: Organisation, admin: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    invitation = actions.invite(notary, email="carla@paraphe.example", is_admin=False, by=admin)
    answer = signed_in(bruno).post(f"/organisation/invitations/{invitation.uid}/", {"accept": ""})
    assert answer.status_code == 404
    with pytest.raises(actions.InvitationClosed):
        actions.accept(invitation, person=bruno)


def test_an_invitation_is_open_for_thirty_days(
    notary: Organisation, admin: User, bruno: User
) -> None:
    invitation = actions.invite(notary, email=bruno.email or "", is_admin=False, by=admin)
    with (
        time_machine.travel(timezone.now() + timedelta(days=31)),
        pytest.raises(actions.InvitationClosed),
    ):
        actions.accept(invitation, person=bruno)


def test_a_known_and_an_unknown_address_get_the_same_answer(
    notary: Organisation, admin: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(admin)
    answers = [
        browser.post(page(notary) + "invite/", {"email": email}, follow=True)
        .content.decode()
        .count("invitation")
        for email in (bruno.email, "nobody@x.example")
    ]
    shown = browser.get(page(notary)).content.decode()
    assert "bruno@paraphe.example" in shown  # what the admin typed
    assert "Keller" not in shown  # and not whom we know under it
    assert len(answers) == 2


def test_inviting_twice_sends_once(notary: Organisation, admin: User) -> None:
    for _time in range(2):
        actions.invite(notary, email="carla@paraphe.example", is_admin=False, by=admin)
    assert len(people.mails("carla@paraphe.example")) == 1


def test_only_admins_invite_remove_and_appoint(
    notary: Organisation, admin: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    actions.join(notary, person=bruno)
    browser = signed_in(bruno)
    posts = {
        page(notary) + "invite/": {"email": "x@paraphe.example"},
        page(notary) + f"members/{admin.uid}/remove/": {},
        page(notary) + f"members/{bruno.uid}/admin/": {"admin": "yes"},
    }
    for path, data in posts.items():
        assert browser.post(path, data).status_code == 409
    assert "Invite" not in browser.get(page(notary)).content.decode()
    assert not Membership.objects.get(person=bruno).is_admin


def test_to_a_stranger_the_organisation_does_not_exist(
    notary: Organisation, admin: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(bruno)
    assert browser.get(page(notary)).status_code == 404
    assert browser.post(page(notary) + "invite/", {"email": "x@x.example"}).status_code == 404


def test_who_is_removed_is_told_and_who_leaves_is_not(
    notary: Organisation, admin: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    actions.join(notary, person=bruno)
    signed_in(admin).post(page(notary) + f"members/{bruno.uid}/remove/")
    assert people.mails("bruno@paraphe.example")[-1].template == "accounts/removed"
    actions.join(notary, person=bruno)
    signed_in(bruno).post(page(notary) + f"members/{bruno.uid}/remove/")
    assert not Membership.objects.filter(person=bruno).exists()
    assert len(people.mails("bruno@paraphe.example")) == 1


def test_the_last_admin_stays(notary: Organisation, admin: User, bruno: User) -> None:
    actions.join(notary, person=bruno)
    with pytest.raises(actions.LastAdmin):
        actions.leave(notary, person=admin, by=admin)
    with pytest.raises(actions.LastAdmin):
        actions.set_admin(notary, person=admin, is_admin=False, by=admin)
    actions.set_admin(notary, person=bruno, is_admin=True, by=admin)
    actions.leave(notary, person=admin, by=admin)
    assert Membership.objects.get().person == bruno


def test_accepting_never_takes_a_right_away(notary: Organisation, admin: User) -> None:
    invitation = actions.invite(notary, email=admin.email or "", is_admin=False, by=admin)
    actions.accept(invitation, person=admin)
    assert Membership.objects.get(person=admin).is_admin


def test_an_admin_withdraws_an_invitation(
    notary: Organisation, admin: User, signed_in: Callable[[User], Client]
) -> None:
    invitation = actions.invite(notary, email="carla@paraphe.example", is_admin=False, by=admin)
    signed_in(admin).post(page(notary) + f"invitations/{invitation.uid}/withdraw/")
    assert not Invitation.objects.exists()
