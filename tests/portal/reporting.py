"""One rich world of requests, choices, systems and questions, for tests of figures."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.timezone import get_default_timezone

from accounts.models import User
from consents.models import (
    BulkAnswer,
    CanaryCheck,
    ChoiceEvent,
    PermitAnswer,
    Propagation,
    Purpose,
    PurposeVersion,
    System,
)
from dsar.grounds import ErasureGround, ExtensionReason, RefusalGround
from dsar.models import ErasureItem, Pause, RequestEvent, SubjectRequest
from portal.dashboard.periods import Period, month_of
from tests.consents.worlds import WORDS, make_person

# October 2025 in Paris: the clock goes back on the 26th, so that its end is not its beginning.
OCTOBER = month_of(date(2025, 10, 1))
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)


def at(day: str, hour: int = 12) -> datetime:
    """Return an hour of a day in the controller's zone."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=get_default_timezone())


class Reported:
    """Requests of every kind, end and law around October 2025, and all else that a report counts.

    Nothing is made by chance: the same world every time.
    """

    def __init__(self) -> None:
        self.person = make_person("rosa")
        User.objects.filter(pk=self.person.pk).update(country="US")
        self.purpose = make_purpose("ai-training", "consent", "6(1)(a)")
        self.other = make_purpose("analytics", "objection", "6(1)(f)")
        self.numbers = 0
        self.requests()
        self.choices()
        self.questions()

    def request(self, kind: str, received: str, **fields: Any) -> SubjectRequest:
        """File a request received at noon of a day, due after thirty days."""
        self.numbers += 1
        on = date.fromisoformat(received)
        given = {
            "kind": kind, "person": self.person, "language": "en", "country": "FR",
            "reference": f"R-2025-{self.numbers:04d}-TEST", "received_at": at(received),
            "received_on": on, "due_on": on + timedelta(days=30),
            "target_on": on + timedelta(days=21),
        }  # fmt: skip
        return SubjectRequest.objects.create(**(given | fields))

    def answered(self, kind: str, received: str, closed: str, **fields: Any) -> SubjectRequest:
        """The same, answered at noon of a later day."""
        given = {"status": "answered", "outcome": "fulfilled", "closed_at": at(closed)}
        return self.request(kind, received, **(given | fields))

    def refused(self, kind: str, received: str, closed: str, ground: str, **f: Any) -> None:
        """The same, refused."""
        self.request(
            kind, received, status="refused", refusal_ground=ground, refusal_evidence="e",
            closed_at=at(closed), **f,
        )  # fmt: skip

    def requests(self) -> None:
        """Twenty requests: most in October, some around its edges."""
        ccpa: dict[str, Any] = {"regime": "ccpa", "country": "US"}
        self.answered("access", "2025-10-02", "2025-10-05")
        self.answered("access", "2025-10-03", "2025-10-20", outcome="with_gaps", channel="phone")
        self.answered("access", "2025-09-01", "2025-10-10", regime="uk_gdpr")  # late, 39 days
        self.answered("erasure", "2025-10-04", "2025-10-31", outcome="partly", **ccpa)
        self.answered("erasure", "2025-10-05", "2025-11-02", **ccpa)  # open at the end
        self.answered("rectification", "2025-10-06", "2025-10-07", **ccpa)
        self.answered("portability", "2025-10-07", "2025-10-09", outcome="nothing_found", **ccpa)
        first = self.answered("access", "2025-09-20", "2025-10-01", channel="email")
        self.answered("appeal", "2025-10-08", "2025-10-21", outcome="confirmed", parent=first)
        self.answered("appeal", "2025-10-09", "2025-10-22", parent=first)
        self.refused("access", "2025-10-10", "2025-10-12", RefusalGround.IDENTITY, **ccpa)
        self.refused("access", "2025-10-11", "2025-10-29", RefusalGround.EXCESSIVE, **ccpa)
        self.refused("erasure", "2025-10-12", "2025-10-14", RefusalGround.LEGAL_DUTY, **ccpa)
        self.request("access", "2025-10-13", status="unidentified", closed_at=at("2025-10-30"),
                     identity="failed", **ccpa)  # fmt: skip
        self.request("erasure", "2025-10-14", status="withdrawn", closed_at=at("2025-10-15"),
                     **ccpa)  # fmt: skip
        self.request("access", "2025-10-15", status="spam", closed_at=at("2025-10-15"), **ccpa)
        self.request("restriction", "2025-10-16", regime="vcdpa", country="US", region="VA")
        late = self.request("rectification", "2025-09-05", extended_at=at("2025-09-20"),
                            extension_reason=ExtensionReason.NUMBER)  # fmt: skip
        Pause.objects.create(request=late, reason="identity", asked_at=at("2025-10-20"),
                             answered_at=at("2025-11-03"))  # fmt: skip
        self.request("objection", "2025-10-17", acknowledge_on=date(2025, 10, 24), **ccpa)
        obeyed = self.answered("objection", "2025-10-18", "2025-10-18", **ccpa)
        RequestEvent.objects.create(request=obeyed, code="obeyed", data={"purpose": "ai-training"})
        # The last hour of the month in Paris is one of the next in UTC, and the first is not.
        edge = datetime(2025, 10, 31, 22, 30, tzinfo=UTC)
        self.request("human_review", "2025-10-31", received_at=edge)
        self.erase(first)

    def erase(self, request: SubjectRequest) -> None:
        """Carry out four decisions, one of them unproven."""
        for n, (decision, proven) in enumerate(
            [("erase", True), ("erase", False), ("keep", True), ("anonymise", True)]
        ):
            ErasureItem.objects.create(
                request=request, source="documents", key=f"document:{n}", decision=decision,
                ground=ErasureGround.LEGAL_DUTY if decision == "keep" else "", amount=n + 1,
                sentence="erased", until=date(2030, 1, 1) if decision == "keep" else None,
                done_at=at("2025-10-11"), proven_at=at("2025-10-11", 13) if proven else None,
            )  # fmt: skip

    def choices(self) -> None:
        """Refusals that two systems obey sooner, later, or not yet; one agreement."""
        fast, slow = (
            System.objects.create(slug=slug, name=slug.title()) for slug in ("fast", "slow")
        )
        waits = [(60, 120), (30, 5000), (90, None)]
        for day, pair in enumerate(waits, start=5):
            event = self.choose("consent_refused", f"2025-10-{day:02d}", source="gpc")
            for system, seconds in zip((fast, slow), pair, strict=True):
                tell(event, system, seconds)
        self.choose("consent_given", "2025-10-09")
        self.choose("objection_lodged", "2025-10-10", purpose=self.other)
        self.choose("consent_withdrawn", "2025-09-30")

    def choose(self, act: str, day: str, **fields: Any) -> ChoiceEvent:
        """Write one act into the ledger."""
        purpose = fields.pop("purpose", self.purpose)
        version = purpose.versions.latest("number")
        by = self.person if act == "consent_given" else None
        return ChoiceEvent.objects.create(
            person=self.person, purpose=purpose, version=version, at=at(day), act=act, by=by,
            text_sha256="0" * 64, language="en", **({"source": "portal"} | fields),
        )  # fmt: skip

    def questions(self) -> None:
        """What the gate was asked, checked and told."""
        for n in range(7):
            PermitAnswer.objects.create(
                client="pipeline", allowed=n < 2, state="", at=at("2025-10-20"),
                reason="consented" if n < 2 else "consent_missing",
            )  # fmt: skip
        PermitAnswer.objects.create(client="c", allowed=False, reason="unavailable", state="",
                                    at=at("2025-11-01", 0))  # fmt: skip
        BulkAnswer.objects.create(client="pipeline", kind="query", asked=900, allowed=40,
                                  state="", at=at("2025-10-21"))  # fmt: skip
        for outcome in ("held", "held", "leaked", "unreachable"):
            CanaryCheck.objects.create(outcome=outcome, asked=3, at=at("2025-10-22"))
        make_version(self.other, 2, published=at("2025-10-01"), effective=at("2025-10-31"),
                     widens=True, notice_days=30,
                     data_categories=["pd:Name"])  # fmt: skip


def make_purpose(slug: str, control: str, basis: str) -> Purpose:
    """Return a purpose that was published at the beginning of 2024."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    purpose = Purpose.objects.create(
        slug=slug, control=control, is_ai_training=slug == "ai-training"
    )
    make_version(purpose, 1, published=start, effective=start, legal_basis=basis)
    return purpose


def make_version(
    purpose: Purpose, number: int, *, published: datetime, effective: datetime, **fields: Any
) -> PurposeVersion:
    """Publish a wording of it."""
    words = WORDS | {"title": purpose.slug.title()}
    given: dict[str, Any] = {"legal_basis": "6(1)(f)"} | fields
    return PurposeVersion.objects.create(
        purpose=purpose, number=number, published_at=published, effective_from=effective,
        texts={"en": words, "fr": words}, retention_trigger="end", retention_duration="P1Y",
        dpv_purpose="dpv:ServiceProvision", sha256=f"{number:064d}", **given,
    )  # fmt: skip


def tell(event: ChoiceEvent, system: System, seconds: int | None) -> None:
    """Send the choice to the system, which promised ten minutes and applied it after so many."""
    applied = None if seconds is None else event.at + timedelta(seconds=seconds)
    Propagation.objects.create(
        event=event, system=system, status="applied" if applied else "received",
        created_at=event.at, expected_by=event.at + timedelta(minutes=10), applied_at=applied,
    )  # fmt: skip


def whole(period: Period) -> tuple[datetime, datetime]:
    """Return both ends of a period in UTC, reckoned without the code under test."""
    zone = get_default_timezone()
    ends = (period.first, period.last + timedelta(days=1))
    first, last = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in ends)
    return first.astimezone(UTC), last.astimezone(UTC)


__all__ = ["NOW", "OCTOBER", "Reported", "at", "whole"]
