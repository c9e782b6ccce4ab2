"""Whatever is sent to whatever address, by whomever: the answer is never the site's own failure.

The addresses are taken from the URLconf, so that a new page is covered the day it is added.
"""

import base64
import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from accounts.actions import claim_address, join
from accounts.changes import actions as changes
from accounts.models import Address, Organisation, User
from accounts.proven import person_for_claimed_address
from consents.actions import choices
from consents.actions.links import give_link
from consents.links import token_of
from dsar import actions, agents
from dsar.actions import identity_links
from dsar.models import Mandate, SubjectRequest
from dsar.models.requests import Channel, Kind
from portal.dashboard.log import exports
from portal.dashboard.models import AlarmHook
from tests.accounts import people
from tests.consents.worlds import make_document, make_purpose

pytestmark = pytest.mark.django_db


def coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


# What may be put into a query, or a field, as bytes of a URL.
WORDS = [
    "%00", "%ff%fe", "9" * 40, "-1", "a" * 6000, "http://[", "9999-12-31_" + "9" * 20,
    coded("[null,1]"), coded("[Infinity,1]"), coded(f'["2026-01-01T00:00:00Z",{10**30}]'),
]  # fmt: skip
# Every name that a view or form of the site, or of allauth, reads.
NAMES = [
    "about", "accept_gaps", "act", "address", "after", "asked_because", "attested", "before",
    "client_id", "client_secret", "code", "country", "credential", "days", "document", "email",
    "errors", "evidence", "file", "from", "grant_type", "ground", "id", "kind", "language", "login",
    "month", "name", "newer", "next", "note", "older", "organisation", "password", "password1",
    "password2", "period", "process", "purpose", "q", "reason", "receipt", "reference", "scope",
    "shown", "since", "state", "status", "text", "theme", "time_zone", "to", "token", "training",
    "understood", "party", "run", "system", "until", "words", "url", "use_tls", "version", "view",
    "when", "year", "review_on", "seen",
    "agent_email", "agent_name", "answer_to_agent", "decision", "enclosed", "mandate", "mine",
    "not-mine", "now", "proof", "received_on", "region", "scan", "sent", "should",
    "channel", "controller", "due", "how", "keys", "note-text", "of", "query", "regime", "request",
    "shared", "who", "why",
    "outcome", "erased_on", "enclosed",
    "is_closed", "question",
    "what", "staff", "person", "threshold", "to_all", "readers", "hooks", "tells_end", "hour",
    "is_on", "even_if_quiet", "first", "last",
    "anonymised", "attempts", "check", "closes", "control", "data_categories", "documents",
    "dpv_purpose", "effective_on", "fr_title", "go", "is_independent", "labelled", "legal_basis",
    "measured_on", "method", "method_words_en", "recall", "recipients", "report",
    "retention_duration", "reviewer", "slug", "statement_fr", "valid_until",
    "span", "source", "answer", "received_from", "received_to", "closed_from", "closed_to",
    "due_from", "due_to", "took_from", "took_to",
    "answer_unit", "body", "day", "dpo_email", "law_from", "law_source", "law_url",
    "months", "place", "subject", "value", "years",
]  # fmt: skip
# What stands where the address has a part that changes: by converter, nonsense of its own.
PARTS = {
    "uuid": ["00000000-0000-0000-0000-000000000000"],
    "int": ["0", "9" * 18, "9" * 40, "9" * 4000],
    "slug": ["nobody", "-", "a" * 3000, "9" * 40],
    "str": ["nobody", "%00", "%ff", "a" * 3000, "http:%5B", "é", "a:b:c"],
}
# After which a form goes on to what else it was sent: the last of a name counts.
USUAL = (
    "act=allow&version=1&document=&organisation=&purpose=ai-training&grant_type=client_credentials"
)
BODIES = [
    ("application/json", b"\xff{"), ("application/json", b"[" * 100_000),
    ("application/json", b'{"a": "\\u0000"}'), ("multipart/form-data; boundary=x", b"--x\r\nbad"),
    ("multipart/form-data", b"x"), ("text/plain; charset=nope", b"a=1"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=1"),
    ("application/x-www-form-urlencoded", b"%00=%00&\xff=\xff"),
]  # fmt: skip
FORM = "application/x-www-form-urlencoded"
METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"]
# Every word to every address takes minutes (WALK=all). Otherwise each address gets its share of the
# words, another one for each role, so that all are said to many.
EVERYTHING = os.environ.get("WALK") == "all"
SHARE = 2
PARTS_OF_THE_WALK = 8
# The demo's own pages are not the site's: they are there only where everything is made up.
LEFT_OUT = ("demo/",)


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    """Yield every route of a URLconf as one text."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif not route.startswith(LEFT_OUT):
            yield re.sub(r"\^\(\?P(<\w+>)[^)]*\)", r"\1", route)  # allauth's, as if by path()


ROUTES = sorted(set(routes(get_resolver().url_patterns)))


class World:
    """Somebody of every role, and one of everything that an address may name."""

    def __init__(self) -> None:
        self.ada = people.make("ada@example.org")
        self.sam = people.with_app(people.make("sam@staff.example.org", role="support"))
        self.dina = people.with_app(people.make("dina@staff.example.org", role="dpo"))
        organisation = Organisation.objects.create(name="Lilas", reference="org:lilas")
        join(organisation, person=self.ada, is_admin=True)
        address = claim_address("ada@example.org", person=self.ada)
        document = make_document("abc", address, organisation=organisation)
        event = choices.allow(make_purpose(), person=self.ada, by=self.ada, language="en")
        signer = Address.objects.create(email="signer@example.org")
        shared = make_document("shared", signer)
        link = give_link(shared, email="signer@example.org", lasting=timedelta(days=9))
        asked = actions.open_request(Kind.ERASURE, person=self.ada, by=self.ada, language="en")
        draft = changes.draft("purpose", "ai-training", {}, by=self.dina)
        self.known = {
            "slug": ["ai-training"],
            "source": ["account"],
            "place": ["facts"],
            "kind": ["access", "erasure"],
            "reference": [asked.reference],
            "documents/uid": [str(document.uid)],
            "receipts/uid": [str(event.uid)],
            "organisation/uid": [str(organisation.uid)],
            "person": [str(self.ada.uid)],
            "group": ["calendar", "authority", "regime", "letter", "setting"],
            "subject": ["refused.fr", "contacts"],
            "d/token": [token_of(link)],
            "requests/token": [_confirming(self.sam)],
            "agent/token": [_acting(asked)],
            "code": ["request_late"],
            "dashboard/uid": [
                str(draft.uid),
                _exported(self.dina),
                _hooked(),
                str(self.sam.uid),
            ],
        }

    def addresses(self, route: str) -> Iterator[str]:
        """Yield addresses of a route: with nonsense, and with what there is."""
        texts, parts = re.split(r"<[^>]+>", route), re.findall(r"<([^>]+)>", route)
        options = [self._options(part, route.partition("/")[0]) for part in parts]
        for n in range(max(map(len, options), default=1)):
            chosen = [one[n % len(one)] for one in options]
            yield "/" + "".join(map("".join, zip(texts, [*chosen, ""], strict=True)))

    def _options(self, part: str, of: str) -> list[str]:
        converter, _colon, name = part.rpartition(":")
        there = self.known.get(name) or self.known.get(f"{of}/{name}", [])
        return PARTS.get(converter, PARTS["str"]) + there


def _exported(officer: User) -> str:
    """Return the number of an export of the log that was asked for."""
    since = timezone.now() - timedelta(days=9)
    change = exports.ask(person=None, since=since, until=None, reason="CNIL 26", by=officer)
    return change.subject


def _hooked() -> str:
    """Return the number of a webhook for alarms."""
    return str(AlarmHook.objects.create(name="Pager", url="https://pager.example/").uid)


def _confirming(staff: User) -> str:
    """Return the token of a link that confirms what staff entered for somebody."""
    rosa = person_for_claimed_address("rosa@example.org", language="en")
    waiting = actions.open_request(
        Kind.ACCESS, person=rosa, by=staff, language="en", channel=Channel.POST
    )
    return identity_links.new_link(waiting).rstrip("/").rpartition("/")[2]


def _acting(asked: SubjectRequest) -> str:
    """Return the token of who acts for the person of a request."""
    power = Mandate.Proof.POWER
    mandate = Mandate(request=asked, agent_email="l@law.example", proof=power, answer_to_agent=True)
    mandate.save()
    return agents.token_of(mandate)


def stranger(world: World) -> Client:
    """Return the browser of nobody."""
    return Client()


def customer(world: World) -> Client:
    """Return the browser of a customer who entered the password again just now."""
    return people.confirm(people.sign_in(Client(), world.ada))


def support(world: World) -> Client:
    """Return the browser of support, with the second factor shown."""
    return people.sign_in(Client(), world.sam)


def dpo(world: World) -> Client:
    """Return the browser of the data protection officer, with the second factor shown."""
    return people.sign_in(Client(), world.dina)


ROLES: list[Callable[[World], Client]] = [stranger, customer, support, dpo]


@pytest.fixture
def world(settings: Any) -> World:
    # So many calls, and from one address: the limits would answer instead of the pages.
    settings.ACCOUNT_RATE_LIMITS = False
    settings.TOKENS_PER_MINUTE = 10**9
    cache.clear()
    return World()


def share(of: list[Any], turn: int) -> list[Any]:
    """Return what is said at this turn: all, or the next few, round and round."""
    return of if EVERYTHING else [of[(turn * SHARE + n) % len(of)] for n in range(SHARE)]


def calls(world: World, route: str, turn: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every call of a route: the method, the address with its query, and what is sent."""
    known = list(world.addresses(route))
    yield from (("GET", address, {}) for address in known)
    address = known[-1]  # of something that exists: there the words are read
    yield from ((method, address, {}) for method in share(METHODS, turn))
    for word in share(WORDS, turn):
        query = "&".join(f"{name}={word}" for name in NAMES)
        yield "GET", f"{address}?{query}", {}
        yield "POST", address, {"data": query.encode(), "content_type": FORM}
    for word in WORDS[:3] if EVERYTHING else [WORDS[turn % 3]]:
        query = "&".join(f"{name}={word}" for name in NAMES)
        yield "POST", address, {"data": f"{query}&{USUAL}".encode(), "content_type": FORM}
    for kind, body in share(BODIES, turn):
        yield "POST", address, {"data": body, "content_type": kind}


def failure(browser: Client, method: str, address: str, sent: dict[str, Any]) -> str:
    """Return what failed, if the site did, and leave everything as it was before the call."""
    with transaction.atomic():
        answer: Any = browser.generic(method, address, **sent)
        status = answer.status_code
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    why = repr(answer.exc_info[1])[:120] if answer.exc_info else ""
    return f"{status} {method} {address[:90]} {str(sent)[:60]} {why}" if status >= 500 else ""


# In parts: each is a transaction, and while a long one is open nobody in the cluster can tell
# whether all is settled that was written before it.
@pytest.mark.parametrize("part", range(PARTS_OF_THE_WALK))
@pytest.mark.parametrize("open_browser", ROLES)
def test_no_address_fails_whatever_it_is_sent(
    world: World, open_browser: Callable[[World], Client], part: int
) -> None:
    browser = open_browser(world)
    cookies = browser.cookies.output()
    browser.raise_request_exception = False
    failed = []
    walk = list(enumerate(ROUTES, start=ROLES.index(open_browser) * 7))
    for turn, route in walk[part::PARTS_OF_THE_WALK]:
        for call in calls(world, route, turn):
            browser.cookies.load(cookies.replace("Set-Cookie: ", ""))
            failed.append(failure(browser, *call))
    assert not [one for one in failed if one]


def test_every_role_comes_as_far_as_its_own_pages(world: World) -> None:
    """The walk would say nothing, if it were stopped at the door."""
    assert customer(world).get("/requests/").status_code == 200
    assert support(world).get("/staff/").status_code == 200
    assert dpo(world).get("/dashboard/").status_code == 200


@pytest.mark.parametrize("page", ["login/", "signup/", "login/code/", "2fa/authenticate/"])
def test_a_next_page_that_is_no_url_is_not_gone_to(client: Client, page: str) -> None:
    assert client.get(f"/account/{page}?next=http://[").status_code < 400
    assert client.post(f"/account/{page}", {"next": "http://["}).status_code < 400


def test_one_who_signs_in_with_such_a_page_comes_to_the_first_one(client: Client) -> None:
    ada = people.make("ada@example.org")
    form = {"login": ada.email, "password": people.PASSWORD, "next": "http://["}
    assert client.post("/account/login/", form).headers["Location"] == "/"


def test_a_provider_that_no_database_can_name_is_unknown(client: Client) -> None:
    assert client.get("/account/oidc/%00/login/").status_code == 404
