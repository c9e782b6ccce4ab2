"""OIDC single sign-on against a real provider: new accounts, linking, and staff."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import Address, User
from accounts.roles import Role
from tests.accounts import people
from tests.accounts.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider

LOGIN = "/account/oidc/work/login/"


class NoRedirect(HTTPRedirectHandler):
    """Leaves it to the test to follow."""

    def redirect_request(self, *args: Any) -> None:
        return None


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The provider, running."""
    running = Provider()
    yield running
    running.stop()


@pytest.fixture
def configure(settings: Any, provider: Provider) -> Callable[..., None]:
    """A function that writes the entry of OIDC_PROVIDERS."""

    def write(**ours: Any) -> None:
        settings.OIDC_PROVIDERS = [
            {
                "provider_id": "work",
                "name": "Work",
                "client_id": CLIENT_ID,
                "secret": CLIENT_SECRET,
                "settings": {"server_url": provider.url, **ours},
            }
        ]
        apps = {"openid_connect": {"APPS": settings.OIDC_PROVIDERS}}
        settings.SOCIALACCOUNT_PROVIDERS = apps

    return write


def come_back(client: Client) -> HttpResponseBase:
    """Go to the provider and return, as a browser does."""
    away = client.post(LOGIN)
    assert away.status_code == 302
    try:
        build_opener(NoRedirect).open(away["location"])
    except OSError as error:
        back: str = error.headers["Location"]  # type: ignore[attr-defined]
    return client.get(back.removeprefix("http://testserver"))


def claims(email: str, *, verified: bool = True, sub: str = "u-1") -> dict[str, Any]:
    return {"sub": sub, "email": email, "email_verified": verified, "name": "Alice Martin"}


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.usefixtures("db")
class TestANewPerson:
    """Somebody we have not met."""

    def test_of_a_trusted_domain_has_an_account_at_once(
        self, client: Client, provider: Provider, configure: Callable[..., None]
    ) -> None:
        configure(trusted_email_domains=["Paraphe.example"])
        provider.claims = claims("new@paraphe.example")
        come_back(client)
        person = User.objects.get()
        assert is_in(client)
        assert (person.email, person.name) == ("new@paraphe.example", "Alice Martin")
        assert Address.objects.get(email="new@paraphe.example").person == person
        assert not person.has_usable_password()

    @pytest.mark.parametrize("ours", [{}, {"trusted_email_domains": ["other.example"]}])
    def test_of_any_other_domain_enters_a_code_first(
        self,
        client: Client,
        provider: Provider,
        configure: Callable[..., None],
        ours: dict[str, Any],
    ) -> None:
        configure(**ours)
        provider.claims = claims("new@paraphe.example")
        come_back(client)
        assert not is_in(client)
        assert not Address.objects.filter(person__isnull=False).exists()
        client.post("/account/confirm-email/", {"code": people.code_for("new@paraphe.example")})
        assert is_in(client)
        assert Address.objects.get(email="new@paraphe.example").person == User.objects.get()

    def test_whom_the_provider_itself_did_not_verify_enters_a_code_too(
        self, client: Client, provider: Provider, configure: Callable[..., None]
    ) -> None:
        configure(trusted_email_domains="*")
        provider.claims = claims("new@paraphe.example", verified=False)
        come_back(client)
        assert not is_in(client)


class TestAnExistingAccount:
    """Somebody with an account and the same address."""

    def test_opens_by_a_trusted_provider_and_is_linked(
        self, client: Client, alice: User, provider: Provider, configure: Callable[..., None]
    ) -> None:
        configure(trusted_email_domains=["paraphe.example"])
        provider.claims = claims("alice@paraphe.example")
        come_back(client)
        assert is_in(client)
        assert SocialAccount.objects.get().user == alice
        assert User.objects.count() == 1
        assert alice.check_password(people.PASSWORD)

    @pytest.mark.parametrize("verified", [True, False])
    def test_does_not_open_by_another_one_and_nobody_learns_that_it_exists(
        self,
        client: Client,
        alice: User,
        provider: Provider,
        configure: Callable[..., None],
        verified: bool,
    ) -> None:
        configure(trusted_email_domains=["other.example"])
        provider.claims = claims("alice@paraphe.example", verified=verified)
        answer = come_back(client)
        assert answer["location"] == "/account/confirm-email/"
        assert not is_in(client)
        assert not SocialAccount.objects.exists()
        assert people.mails("alice@paraphe.example")[-1].template.endswith("already_exists")

    def test_loses_a_password_that_nobody_proved_to_be_the_owners(
        self, client: Client, provider: Provider, configure: Callable[..., None], db: None
    ) -> None:
        squatter = {"email": "alice@paraphe.example", "password1": people.PASSWORD}
        Client().post("/account/signup/", squatter)
        configure(trusted_email_domains=["paraphe.example"])
        provider.claims = claims("alice@paraphe.example")
        come_back(client)
        assert not User.objects.get().has_usable_password()


class TestStaff:
    """Support, coming from the provider."""

    @pytest.fixture
    def newcomer(self, db: None) -> User:
        """Support without a second factor here."""
        return people.make("sam@regard.example", role=Role.SUPPORT)

    def test_still_need_a_second_factor(
        self, client: Client, newcomer: User, provider: Provider, configure: Callable[..., None]
    ) -> None:
        configure(trusted_email_domains=["regard.example"])
        provider.claims = claims("sam@regard.example")
        come_back(client)
        assert client.get("/account/")["location"] == "/account/2fa/totp/activate/"

    def test_unless_the_provider_asks_for_one(
        self, client: Client, newcomer: User, provider: Provider, configure: Callable[..., None]
    ) -> None:
        configure(trusted_email_domains=["regard.example"], second_factor=True)
        provider.claims = claims("sam@regard.example")
        come_back(client)
        assert client.get("/account/").status_code == 200

    def test_who_signed_in_with_a_password_do_not_profit_from_that(
        self, newcomer: User, configure: Callable[..., None], signed_in: Callable[[User], Client]
    ) -> None:
        configure(trusted_email_domains=["regard.example"], second_factor=True)
        assert signed_in(newcomer).get("/account/").status_code == 302


def test_an_unknown_provider_does_not_exist(client: Client, db: None) -> None:
    assert client.post("/account/oidc/nowhere/login/").status_code == 404


def test_a_person_is_one_over_all_ways_in(
    client: Client, alice: User, provider: Provider, configure: Callable[..., None]
) -> None:
    configure(trusted_email_domains=["paraphe.example"])
    provider.claims = claims("alice@paraphe.example")
    come_back(client)
    client.post("/account/logout/")
    provider.claims = claims("changed@elsewhere.example")  # the same person at the provider
    come_back(client)
    assert is_in(client)
    assert [address.email for address in EmailAddress.objects.all()] == ["alice@paraphe.example"]
