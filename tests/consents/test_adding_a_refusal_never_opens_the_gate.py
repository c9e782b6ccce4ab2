"""Invariants 2, 3 and 5, for random parties, grains, policies and orders of acts."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consents import permits, standing
from consents.actions import choices
from consents.actions.documents import register
from consents.models import Document, Party, Standing
from consents.models.ledger import ALLOWING, Source
from consents.reports import DocumentReport, PartyReport
from portal.lib.errors import DomainError
from tests.consents.worlds import World, make_document

Move = tuple[str, int, int]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["allow", "refuse", "policy_refuse", "policy_lift", "link", "sign", "widen", "state"]
        ),
        st.integers(0, 3),  # who
        st.integers(0, 5),  # about what: everything, the organisation, or one of four documents
    ),
    max_size=12,
)
# Few people, one document and its grains: here the acts meet often enough to overrule each other.
CLOSE = st.lists(
    st.tuples(
        st.sampled_from(["allow", "allow", "refuse", "sign", "widen"]),
        st.integers(0, 1),
        st.integers(0, 2),
    ),
    min_size=2,
    max_size=8,
)
SHAPES = st.sampled_from(["consent", "objection"])
NAMES = ["ada", "ben", "cleo", "dan", "signer", "stranger", None]
NOW = timezone.now()
TOLD = st.builds(
    PartyReport,
    role=st.sampled_from(list(Party.Role)),
    email=st.sampled_from([name and f"{name}@example.org" for name in NAMES]),
    name=st.sampled_from(["", "Ada", "Ben"]),
    signed_at=st.sampled_from([None, NOW]),
    is_minor=st.booleans(),
)
REPORTS = st.lists(
    st.builds(
        DocumentReport,
        reference=st.sampled_from(["org:members", "org:shared", "private", "with-signer"]),
        status=st.sampled_from(list(Document.Status)[:5]),  # neither purged nor deleted
        state_at=st.integers(-9, 9).map(lambda days: NOW + timedelta(days=days)),
        title=st.sampled_from([None, "Lease"]),
        organisation=st.sampled_from([None, "org:lilas", "org:other"]),
        organisation_name=st.just("Other"),
        completed_at=st.sampled_from([None, NOW]),
        parties=st.lists(TOLD, max_size=4).map(tuple),
    ),
    min_size=1,
    max_size=4,
)
EXAMPLES = settings(
    # Each is a small world of its own; the profile "explore" makes four times as many.
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def forgotten():
    """Undo in the database whatever one example did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def scope(world: World, about: int) -> dict[str, object]:
    if about == 0:
        return {}
    if about == 1:
        return {"within": world.organisation}
    return {"document": world.documents[about - 2]}


def play(world: World, move: Move) -> None:
    """Make the move; a move that a rule refuses changes nothing."""
    what, who, about = move
    ways: dict[str, Callable[[], object]] = {
        "allow": lambda: world.allow(world.people[who], **scope(world, about)),
        "refuse": lambda: world.refuse(world.people[who], **scope(world, about)),
        "policy_refuse": lambda: choices.refuse_for_organisation(
            world.purpose, organisation=world.organisation, by=world.ada, language="en"
        ),
        "policy_lift": lambda: choices.lift_organisation_refusal(
            world.purpose, organisation=world.organisation, by=world.ada, language="en"
        ),
        "link": lambda: choices.refuse(
            world.purpose, address=world.signer, by=None, source=Source.LINK, language="en",
            document=world.documents[3],
        ),
        "sign": world.sign_the_contract,
        "widen": world.widen,
        "state": lambda: Document.objects.filter(pk=world.documents[2].pk).update(
            refused_at_upload=True
        ),
    }  # fmt: skip
    try:
        with transaction.atomic():
            ways[what]()
    except DomainError:
        pass


def allowed(world: World) -> set[str]:
    return permits.allowed([one.reference for one in world.documents], "ai-training")


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, before=MOVES, who=st.integers(0, 3), about=st.integers(0, 5))
def test_a_refusal_by_anybody_about_anything_only_takes_away(shape, before, who, about):
    with forgotten():
        world = World(shape)
        for move in before:
            play(world, move)
        earlier = allowed(world)
        play(world, ("refuse", who, about))
        assert allowed(world) <= earlier


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, before=MOVES, late=st.sampled_from(["policy_refuse", "link", "sign"]))
def test_neither_policy_link_nor_imported_contract_overrules_a_refusal(shape, before, late):
    with forgotten():
        world = World(shape)
        for move in before:
            play(world, move)
        world.refuse(world.cleo)
        play(world, (late, 0, 0))
        assert not allowed(world) & {"org:shared", "private"}


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, before=MOVES, late=st.sampled_from(["widen", "state"]))
def test_neither_a_wider_version_nor_a_statement_at_upload_opens_anything(shape, before, late):
    with forgotten():
        world = World(shape)
        for move in before:
            play(world, move)
        earlier = allowed(world)
        play(world, (late, 0, 0))
        assert allowed(world) <= earlier


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, before=MOVES)
def test_the_pages_say_of_a_persons_own_word_what_the_gate_makes_of_it(shape, before):
    """A document that only one person is party to follows that person's word alone."""
    with forgotten():
        world = World(shape)
        alone = make_document("alone", world.dan)
        for move in before:
            play(world, move)
        stands = standing.about_documents(world.dan, [alone], [world.purpose])
        assert (
            permits.may("alone", "ai-training").allowed
            == stands[alone.pk, world.purpose.pk].allowed
        )


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, before=MOVES, reports=REPORTS)
def test_no_report_about_a_completed_document_opens_it(shape, before, reports):
    with forgotten():
        world = World(shape)
        for move in before:
            play(world, move)
        earlier = allowed(world)
        for report in reports:
            register(report)
            assert allowed(world) <= earlier


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, before=MOVES, reports=REPORTS)
def test_whoever_refused_is_not_reported_away_before_signing_either(shape, before, reports):
    with forgotten():
        world = World(shape)
        Document.objects.update(status="sent", completed_at=None)
        for move in before:
            play(world, move)
        references = [one.reference for one in world.documents]
        answers = permits.decide(references, "ai-training")
        refused = {one.reference for one in answers if one.reason.startswith("refused")}
        for report in reports:
            register(report)
            assert not allowed(world) & refused


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, moves=MOVES)
def test_one_question_and_a_million_get_the_same_answer(shape, moves):
    with forgotten():
        world = World(shape)
        for move in moves:
            play(world, move)
        references = [one.reference for one in world.documents] + ["nobody-knows", "private"]
        together = list(permits.decide(references, "ai-training"))
        alone = [permits.may(reference, "ai-training") for reference in references]
        assert [(one.allowed, one.reason, one.state) for one in together] == [
            (one.allowed, one.reason, one.state) for one in alone
        ]


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, moves=MOVES)
def test_the_standing_choices_are_what_the_ledger_says(shape, moves):
    with forgotten():
        world = World(shape)
        for move in moves:
            play(world, move)
        call_command("rebuild_standings", "--check", verbosity=0)
        wrongly_open = Standing.objects.filter(allowed=True).exclude(event__act__in=ALLOWING)
        assert not wrongly_open.exists()


@pytest.mark.django_db
@EXAMPLES
@given(shape=SHAPES, moves=MOVES | CLOSE)
def test_the_gate_agrees_with_a_reading_of_the_rules_by_hand(shape, moves):
    with forgotten():
        world = World(shape)
        played: list[Move] = []
        for move in moves:
            if legal(world, move):
                play(world, move)
                played.append(move)
        expected = {d.reference for n, d in enumerate(world.documents) if by_hand(shape, played, n)}
        assert allowed(world) == expected


# --- The same rules once more, told over the list of moves instead of the database ----------------

PARTIES = [(0, 1), (0, 2), (2, 3), (0, "signer")]
OF_ORGANISATION = {0, 1}
MEMBERS = {0, 1}


def legal(world: World, move: Move) -> bool:
    what, who, about = move
    if what in ("allow", "refuse"):
        mine = {n for n, parties in enumerate(PARTIES) if who in parties}
        if about == 1:
            return bool(mine & OF_ORGANISATION)
        return about == 0 or about - 2 in mine
    return what != "sign" or world.purpose.control == "consent"


def by_hand(shape: str, moves: list[Move], document: int) -> bool:
    inside = document in OF_ORGANISATION
    if document == 2 and any(what == "state" for what, *_ in moves):
        return False
    policy = None
    for what, *_ in moves:
        if what == "sign" and policy is None:
            policy = "agreed"
        elif what == "widen" and policy == "agreed":
            policy = "lapsed"
        elif what == "policy_refuse":
            policy = "refused"
        elif what == "policy_lift":
            policy = "silent"
    if inside and policy == "refused":
        return False
    return all(
        says(shape, moves, document, party, contract=inside and policy == "agreed")
        for party in PARTIES[document]
    )


def says(shape: str, moves: list[Move], document: int, party, *, contract: bool) -> bool:
    """Replay one party's acts that bear on the document, oldest first, one word per grain."""
    widened = max((at for at, (what, *_) in enumerate(moves) if what == "widen"), default=-1)
    silence_is_yes = shape == "objection" and widened == -1
    if party == "signer":
        refused = any(what == "link" for what, *_ in moves)
        return silence_is_yes and not refused
    words: dict[int, tuple[int, bool]] = {}
    for at, (what, who, about) in enumerate(moves):
        grain = {0: 1, 1: 2}.get(about, 3)
        bears = about == 0 or (about == 1 and document in OF_ORGANISATION) or about == document + 2
        if what in ("allow", "refuse") and who == party and bears:
            words[grain] = (at, what == "allow")
    # What was agreed to before it grew wider was something else; a no stands for ever.
    words = {grain: (at, yes) for grain, (at, yes) in words.items() if not yes or at > widened}
    for grain, (at, yes) in words.items():
        lifted = any(g >= grain and t > at and y for g, (t, y) in words.items())
        if not yes and not lifted:
            return False
    if any(yes for _, yes in words.values()) or silence_is_yes:
        return True
    return contract and party in MEMBERS
