"""The life of each request of the past, line by line, as the actions would have written it."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.models import User
from dsar import calendars, deadlines, figures, reckoning
from dsar.actions.clock import dates_for
from dsar.grounds import NEXT_ACTION, Cause, ExtensionReason, RefusalGround
from dsar.kinds import NATURES
from dsar.models import Approval, Mandate, Pause, RequestEvent, Restriction, Step, SubjectRequest
from dsar.models.requests import ALPHABET, Channel, Identity, Kind
from dsar.sources.base import registered
from dsar.states import Outcome, Status
from portal.demo.sample.clock import uid
from portal.demo.sample.past import copies, erased, words
from portal.demo.sample.past.drawing import ENTERED, Asked
from portal.demo.sample.past.rows import Rows
from portal.demo.sample.world import World

Code, Act = RequestEvent.Code, Approval.Act
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
# Of whose address nobody has shown that it is theirs.
UNPROVEN = frozenset({Status.SPAM, Status.UNIDENTIFIED, Status.FORWARDED, Status.DUPLICATE})
BROKEN = ("mail", "documents", "permits")
PAUSED_FOR = timedelta(days=45)


class Life:
    """Writes requests down. Those that others name come first."""

    def __init__(self, world: World) -> None:
        self.world, self.rows = world, Rows()
        self.known: dict[Asked, SubjectRequest] = {}
        self.drawn: list[Asked] = []
        self.sources = list(registered())
        self.dice = random.Random("lives of the past")  # noqa: S311 - sample data

    def write(self, drawn: Iterable[Asked]) -> None:
        """Write all of it."""
        self.drawn = list(drawn)
        for asked in self.drawn:
            self.known[asked] = self._live(asked)
        self.rows.write()

    def _live(self, asked: Asked) -> SubjectRequest:
        request = self._row(asked)
        self.rows.requests.append(request)
        self._come_in(asked, request)
        if asked.end in UNPROVEN:
            self._end_aside(asked, request)
        elif NATURES[asked.kind].searches:
            self._be_searched(asked, request)
        else:
            self._be_decided(asked, request)
        request.closed_at = asked.closed
        return request

    def _row(self, asked: Asked) -> SubjectRequest:
        guest, said = asked.guest, asked.guest.language
        dates = dates_for(
            asked.received, country=guest.country, region=guest.region, kind=asked.kind
        )
        letters = "".join(self.dice.choices(ALPHABET, k=8))
        request = SubjectRequest(
            uid=uid(f"past request {asked.number}"), kind=asked.kind, person=guest.person,
            reference=f"R-{dates['received_on'].year}-{letters[:4]}-{letters[4:]}",
            channel=asked.channel, language=said, country=guest.country, region=guest.region,
            acknowledged_at=asked.received, outcome=asked.outcome, **dates,
        )  # fmt: skip
        if asked.kind == Kind.RECTIFICATION:
            request.details = {"what": "other", "should": self.dice.choice(words.CORRECTED)}
        elif asked.kind == Kind.HUMAN_REVIEW:
            request.details = {"decision": words.DECISION[said]}
        elif asked.kind == Kind.RESTRICTION:
            request.details = {"scope": "everything", "ground": "accuracy"}
        elif asked.kind == Kind.OBJECTION:
            request.about = words.OBJECTS[said]
        elif asked.kind == Kind.APPEAL:
            request.about, request.details = words.NOT_CONVINCED[said], {"why": ["incomplete"]}
        return request

    def _come_in(self, asked: Asked, request: SubjectRequest) -> None:
        """Received, confirmed, and who asks made sure of as far as this kind needs it."""
        at, note, sofia = asked.received, self.rows.note, self.world.person("sofia")
        portal, entered = asked.channel == Channel.PORTAL, asked.channel in ENTERED
        by = request.person if portal else sofia if entered else None
        note(request, at, Code.OPENED, by=by, channel=asked.channel,
             due_on=request.due_on.isoformat())  # fmt: skip
        if asked.kind == Kind.OBJECTION:
            request.identity = Identity.NOT_NEEDED
        elif entered and asked.channel != Channel.AGENT:
            self._ask_who(asked, request, sofia)
        note(request, at, Code.ACKNOWLEDGED)
        if asked.channel == Channel.AGENT:
            mandate = Mandate(request=request, agent_name="Cabinet Orsel", agent_email="",
                              proof=Mandate.Proof.POWER)  # fmt: skip
            self.rows.mandates.append(mandate)
        if request.identity == Identity.PROVEN and not portal:
            how = "mandate" if asked.channel == Channel.AGENT else "service"
            note(request, at, Code.IDENTITY_PROVEN, by=by, how=how)

    def _ask_who(self, asked: Asked, request: SubjectRequest, by: User) -> None:
        """The link to the address is followed on the same day, or never."""
        at, note = asked.received, self.rows.note
        request.identity, request.identity_asked_at = Identity.ASKED, at
        note(request, at, Code.IDENTITY_ASKED, by=by, new=Status.IDENTITY)
        stops = request.law.may_pause
        if stops:
            note(request, at, Code.PAUSED, by=by, why=Pause.Reason.IDENTITY,
                 due_on=request.due_on.isoformat())  # fmt: skip
        else:
            note(request, at, Code.MESSAGE, by=by, from_staff=True)
        pause = Pause(request=request, reason=Pause.Reason.IDENTITY, asked_at=at, asked_by=by,
                      stops_clock=stops)  # fmt: skip
        self.rows.pauses.append(pause)
        if asked.end in UNPROVEN:
            return
        proven = min(at + timedelta(minutes=self.dice.randint(20, 110)), asked.between(0.3))
        request.identity, request.identity_proven_at = Identity.PROVEN, proven
        pause.answered_at = proven
        note(request, proven, Code.IDENTITY_PROVEN, how="link")
        if stops:
            note(request, proven, Code.RESUMED, days=0)

    def _end_aside(self, asked: Asked, request: SubjectRequest) -> None:
        sofia, note, at = self.world.person("sofia"), self.rows.note, asked.closed
        if asked.end == Status.UNIDENTIFIED:
            request.identity = Identity.FAILED
            note(request, at, Code.UNIDENTIFIED, new=asked.end, denied=False)
        elif asked.end == Status.FORWARDED:
            request.resolution = words.FORWARDED
            note(request, at, Code.FORWARDED, by=sofia, new=asked.end)
        elif asked.first is not None:
            first = self.known[asked.first]
            self.rows.later.append((request, "duplicate_of", first))
            note(request, at, Code.DUPLICATE, by=sofia, new=asked.end, of=first.reference)
        else:
            note(request, at, Code.SPAM, by=sofia, new=asked.end)

    def _be_searched(self, asked: Asked, request: SubjectRequest) -> None:
        begun = request.identity_proven_at or asked.received
        note, step = self.rows.note, NATURES[asked.kind].first
        note(request, begun, Code.STARTED, new=Status.SEARCHING)
        gap = self.dice.choice(BROKEN) if asked.outcome == Outcome.WITH_GAPS else ""
        searched = self.steps(request, step or Step.Kind.COLLECT, self.sources, begun, gap=gap,
                              accepted=asked.closed)  # fmt: skip
        if asked.by_itself:
            note(request, searched, Code.APPROVED, new=Status.PREPARING)
            copies.hand_over(self, asked, request, searched)
            asked.closed = searched + SECOND
            return
        note(request, searched, Code.REVIEWABLE, new=Status.REVIEW)
        self._be_reviewed(asked, request, gap)

    def _be_reviewed(self, asked: Asked, request: SubjectRequest, gap: str) -> None:
        by = self._take(asked, request)
        if asked.is_longer:
            self._extend(asked, request)
        if asked.end == Status.WITHDRAWN:
            self.rows.note(request, asked.closed, Code.WITHDRAWN, by=request.person, new=asked.end)
        elif asked.end == Status.REFUSED:
            self._refuse(asked, request)
        else:
            request.approved_by = by
            if asked.kind == Kind.ERASURE:
                erased.carry_out(self, asked, request, by)
                return
            request.approved_at = asked.closed - SECOND
            self.rows.note(request, request.approved_at, Code.APPROVED, by=by,
                           new=Status.PREPARING, gaps=[gap] if gap else [])  # fmt: skip
            copies.hand_over(self, asked, request, request.approved_at, gap=gap)

    def _take(self, asked: Asked, request: SubjectRequest) -> User:
        """Somebody takes it up: of an appeal, somebody else than decided before."""
        by = self.world.person(self.dice.choices(("sofia", "ines", "helene"), (7, 2, 2))[0])
        if asked.first is not None and asked.kind == Kind.APPEAL:
            before = self.known[asked.first]
            others = [self.world.person(key) for key in ("helene", "ines")]
            involved = {before.approved_by, before.assignee}
            involved |= {one.decided_by for one in self.rows.approvals if one.request is before}
            by = next((one for one in others if one not in involved), others[1])
        self.rows.note(request, asked.between(0.35 + self.dice.random() / 4), Code.TAKEN, by=by)
        request.assignee = by
        return by

    def _second(
        self, request: SubjectRequest, act: Approval.Act, at: datetime, **given: str
    ) -> User:
        """Support asks, and the officer agrees two hours later; return who asked."""
        asks, agrees = self.world.person("sofia"), self.world.person("helene")
        agreed = at + timedelta(hours=2)
        self.rows.approvals.append(Approval(
            request=request, act=act, given=given, asked_by=asks, asked_at=at,
            verdict=Approval.Verdict.AGREED, decided_by=agrees, decided_at=agreed,
        ))  # fmt: skip
        self.rows.note(request, at, Code.SECOND_ASKED, by=asks, act=act)
        self.rows.note(request, agreed, Code.SECOND_AGREED, by=agrees, act=act)
        return asks

    def _extend(self, asked: Asked, request: SubjectRequest) -> None:
        day = request.received_on
        reason, said = ExtensionReason.COMPLEXITY, words.WHY_LONGER[request.language]
        # Of those searched for at length: they were taken up in the second week.
        asks = self._second(request, Act.EXTEND, asked.received + 26 * DAY, reason=reason,
                            note_to_person=said)  # fmt: skip
        old, request.extended_at = request.due_on, asked.received + 26 * DAY + 2 * 3600 * SECOND
        request.extension_reason, request.extension_note = reason, said
        request.due_on = deadlines.answer_by(
            day, figures.in_force(request.regime, day), asked=reckoning.asked_of(request.kind),
            extended=True, holidays=calendars.closed_days(day),
        )  # fmt: skip
        self.rows.note(request, request.extended_at, Code.EXTENDED, by=asks, reason=reason,
                       old_due_on=old.isoformat(), due_on=request.due_on.isoformat())  # fmt: skip

    def _refuse(self, asked: Asked, request: SubjectRequest) -> None:
        ground = words.GROUNDS.get(asked.kind, RefusalGround.UNFOUNDED)
        said = words.EVIDENCE[ground][request.language]
        at = asked.closed - timedelta(hours=2)
        asks = self._second(request, Act.REFUSE, at, ground=ground, evidence=said)
        request.refusal_ground, request.refusal_evidence = ground, said
        self.rows.note(request, asked.closed, Code.REFUSED, by=asks, new=asked.end, ground=ground)

    def _be_decided(self, asked: Asked, request: SubjectRequest) -> None:
        """What is answered in words, with nothing to search for."""
        begun = request.identity_proven_at or asked.received
        if asked.kind == Kind.RESTRICTION:
            self._pause_use(asked, request, begun)
        self.rows.note(request, begun, Code.REVIEWABLE, new=Status.REVIEW)
        if asked.kind == Kind.APPEAL and asked.first is not None:
            first = self.known[asked.first]
            self.rows.later.append((request, "parent", first))
            self.rows.note(first, asked.received, Code.APPEALED, by=request.person,
                           appeal=request.reference)  # fmt: skip
        if asked.end != Status.ANSWERED:
            self._be_reviewed(asked, request, "")
            return
        by, at = self._take(asked, request), asked.closed
        request.resolution = words.resolution(asked.kind, asked.outcome, request.language)
        request.approved_by, request.approved_at = by, at
        self.rows.note(request, at, Code.RESOLVED, by=by, outcome=asked.outcome)
        self.rows.note(request, at, Code.ANSWERED, by=by, new=asked.end, outcome=asked.outcome)
        if asked.kind == Kind.RECTIFICATION:
            request.details |= {"done_by": "Signaro Sign", "done_at": at.isoformat()}
            self.rows.note(request, at, Code.RECTIFIED, by=by, what="other")

    def _pause_use(self, asked: Asked, request: SubjectRequest, at: datetime) -> None:
        """Nothing is used until it is decided, and the end of that was announced before."""
        row = Restriction(request=request, ground=Restriction.Ground.ACCURACY, since=at)
        self.rows.restrictions.append(row)
        self.rows.note(request, at, Code.RESTRICTED, ground=row.ground, documents=0)
        told = asked.closed + PAUSED_FOR
        lifted = told + 8 * DAY
        if lifted > self.world.now:
            return
        row.lift_by, row.told_at, row.lifted_at = self.world.person("ines"), told, lifted
        row.lift_on = reckoning.local_day(lifted)
        row.lift_reason = words.PAUSE_ENDS[request.language]
        self.rows.note(request, told, Code.LIFTING_TOLD, by=row.lift_by,
                       day=row.lift_on.isoformat())  # fmt: skip
        self.rows.note(request, lifted, Code.RESTRICTION_LIFTED, documents=0)

    def steps(
        self,
        request: SubjectRequest,
        kind: Step.Kind,
        sources: list[str],
        begun: datetime,
        *,
        gap: str = "",
        accepted: datetime | None = None,
        found: dict[str, int] | None = None,
    ) -> datetime:
        """Add finished steps, two seconds each, and return when the last was; ``gap`` failed."""
        known = {"account": 2, "sign-in": 1, "requests": 1} if found is None else found
        position = sum(step.request is request for step in self.rows.steps[-60:])
        at = begun
        for number, source in enumerate(sources):
            at += 2 * SECOND
            step = Step(
                request=request, kind=kind, source=source, position=position + number,
                status=Step.Status.FINISHED, attempts=1, not_before=begun, queued_at=begun,
                started_at=at - SECOND, finished_at=at, records=known.get(source, 0),
                outcome=Step.Outcome.DONE if known.get(source) or not source else (
                    Step.Outcome.NOT_FOUND),
            )  # fmt: skip
            if source == gap and gap:
                step.outcome, step.cause = Step.Outcome.FAILED, Cause.UNAVAILABLE
                step.next_action = NEXT_ACTION[Cause.UNAVAILABLE]
                step.attempts = step.failures = 5
                step.accepted_at = accepted
            self.rows.steps.append(step)
            self.rows.note(
                request, at, Code.STEP_FINISHED, kind=kind, source=source, outcome=step.outcome,
                cause=step.cause, records=step.records, files=0,
            )  # fmt: skip
        return at
