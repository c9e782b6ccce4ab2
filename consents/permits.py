"""The gate: may this document be used for this purpose?

The rule exists once, as the SQL below: it answers for one document as for a million, on one
snapshot of the database. It is closed by default and opens only where every condition holds. The
order of the reasons is the precedence of the law: the law itself and restriction, special
categories, any party's refusal, the organisation's policy, what is claimed and not proven, the
person's choice, the default.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why the gate answered as it did. Documented for integrators; never says *who* refused."""

    # Closed, in order of precedence.
    UNAVAILABLE = "unavailable", _("the gate could not be asked")
    UNKNOWN_PURPOSE = "unknown_purpose", _("no such purpose")
    NOT_IN_FORCE = "purpose_not_in_force", _("no version of the purpose is in effect")
    NOT_USED = "purpose_not_used", _("the service does not do this")
    UNKNOWN_DOCUMENT = "unknown_document", _("no such document")
    GONE = "document_gone", _("the document has been removed")
    RESTRICTED = "document_restricted", _("the use of the document is paused")
    SPECIAL = "special_category", _("the document holds specially protected data")
    PROTECTED_SIGNER = "minor_or_unknown_signer", _("a signer is a minor or not known")
    PARTY_REFUSED = "refused_by_party", _("at least one party refused")
    ORGANISATION_REFUSED = "refused_by_organisation", _("the organisation refused")
    CONSENT_MISSING = "consent_missing", _("not every party has agreed")
    UNANSWERED = "widened_unanswered", _("not every party has answered since it grew wider")
    UNPROVEN = "no_valid_evidence", _("that the data are anonymous is claimed, and not proven now")
    # Open.
    NECESSARY = "necessary", _("needed for the service")
    NO_OBJECTION = "no_objection", _("nobody objected")
    CONSENTED = "consented", _("every party agreed")


OPEN = frozenset({Reason.NECESSARY, Reason.NO_OBJECTION, Reason.CONSENTED})


@dataclass(frozen=True)
class Decision:
    """One answer of the gate.

    ``as_of`` is the instant (UTC) of the snapshot it rests on, ``state`` the SHA-256 (hex) of the
    facts used: the same facts give the same hash, so a client can tell whether anything changed.
    ``document_id`` and ``purpose_id`` are None where unknown.
    """

    reference: str
    allowed: bool
    reason: Reason
    as_of: datetime
    state: str
    document_id: int | None = None
    purpose_id: int | None = None


# A party's refusal stands unless they themselves later allowed the same or a narrower scope:
# "everything" refused after one document was allowed closes that document too.
RULE = """
WITH asked AS (
    SELECT d.*, wanted.place, wanted.reference AS wanted
    FROM unnest(%(references)s::text[]) WITH ORDINALITY AS wanted (reference, place)
    LEFT JOIN consents_document d ON d.reference = wanted.reference
), effective AS (
    -- What was stopped before its day never takes effect.
    SELECT v.* FROM consents_purposeversion v JOIN consents_purpose p ON p.id = v.purpose_id
    WHERE p.slug = %(purpose)s AND v.effective_from <= %(now)s
        AND NOT EXISTS (SELECT FROM consents_purposestop s WHERE s.version_id = v.id)
), purpose AS (
    SELECT p.id, p.control, p.is_ai_training, present.id AS version_id,
        -- Who agreed to less than this version agreed to something else (invariant 4).
        (SELECT coalesce(max(v.number), 0) FROM effective v WHERE v.widens) AS floor,
        (SELECT max(v.effective_from) FROM effective v WHERE v.widens) AS widened_at,
        -- What is claimed to protect the data has to be proven where it is asked for.
        p.needs_evidence AND coalesce(
            present.safeguards @> '{"anonymised": true}'
            OR jsonb_typeof(present.safeguards -> 'recall') = 'number', false
        ) AND NOT EXISTS (
            SELECT FROM consents_evidence e
            WHERE e.purpose_id = p.id AND e.expires_at > %(now)s
                AND NOT EXISTS (
                    SELECT FROM consents_evidencewithdrawal w WHERE w.evidence_id = e.id
                )
        ) AS unproven
    FROM consents_purpose p LEFT JOIN LATERAL (
        SELECT v.id, v.safeguards FROM effective v
        ORDER BY v.effective_from DESC, v.number DESC LIMIT 1
    ) present ON true
    WHERE p.slug = %(purpose)s
), party AS (
    SELECT p.id, p.document_id, p.is_minor, p.address_id, a.person_id,
        a.email IS NULL OR person.erased_at IS NOT NULL AS is_unknown, d.organisation_id,
        least(a.created_at, person.date_joined) AS known_since
    FROM (SELECT DISTINCT id, organisation_id FROM asked) d
    JOIN consents_party p ON p.document_id = d.id
    LEFT JOIN accounts_address a ON a.id = p.address_id
    LEFT JOIN accounts_user person ON person.id = a.person_id
), bearing AS (
    SELECT party.id AS party_id, party.document_id, s.allowed, s.event_id,
        CASE WHEN s.document_id IS NOT NULL THEN 3 WHEN s.within_id IS NOT NULL THEN 2 ELSE 1 END
            AS narrowness
    FROM party
    JOIN purpose ON true
    JOIN LATERAL (
        SELECT * FROM consents_standing s
        WHERE s.person_id = party.person_id AND s.purpose_id = purpose.id
        UNION ALL
        SELECT * FROM consents_standing s
        WHERE s.address_id = party.address_id AND s.purpose_id = purpose.id
    ) s ON (s.document_id IS NULL OR s.document_id = party.document_id)
        AND (s.within_id IS NULL OR s.within_id = party.organisation_id)
    JOIN consents_choiceevent e ON e.id = s.event_id
    JOIN consents_purposeversion agreed_to ON agreed_to.id = e.version_id
    WHERE NOT s.allowed OR agreed_to.number >= purpose.floor
), party_chose AS (
    -- One pass over what bears, and no look at all of it for each party: a million stays linear.
    SELECT party_id, bool_or(NOT allowed AND NOT coalesce(newest_yes > event_id, false)) AS refused,
        bool_or(allowed) AS agreed
    FROM (
        SELECT bearing.*, max(event_id) FILTER (WHERE allowed)
            OVER (PARTITION BY party_id ORDER BY narrowness DESC) AS newest_yes
        FROM bearing
    ) b GROUP BY party_id
), party_says AS MATERIALIZED (
    SELECT party.*,
        coalesce(chose.refused, false) AS refused,
        coalesce(chose.agreed, false)
        OR EXISTS (
            -- The clause of a contract speaks for a member, on the organisation's own documents.
            SELECT 1 FROM consents_standing s
            JOIN purpose ON purpose.id = s.purpose_id
            JOIN consents_choiceevent e ON e.id = s.event_id AND e.act = 'consent_given'
            JOIN consents_purposeversion agreed_to
                ON agreed_to.id = e.version_id AND agreed_to.number >= purpose.floor
            -- Who joined later was never party to that agreement.
            JOIN accounts_membership m ON m.organisation_id = s.organisation_id
                AND m.person_id = party.person_id AND m.joined_at <= e.at
            WHERE s.organisation_id = party.organisation_id AND s.allowed
        ) AS agreed,
        -- Purposes without a switch: an objection closes them while it is weighed (art. 18(1)(d)).
        EXISTS (
            SELECT 1 FROM consents_objection o JOIN purpose ON purpose.id = o.purpose_id
            WHERE o.person_id = party.person_id AND o.ended_at IS NULL
        ) OR EXISTS (
            -- Asked once for all parties: a purpose to which nobody objects costs no look below.
            SELECT 1 FROM consents_objection o JOIN purpose ON purpose.id = o.purpose_id
            WHERE o.ended_at IS NULL
        ) AND EXISTS (
            -- Who has no account objects for the address itself; proving it is not asked for.
            SELECT 1 FROM accounts_address a JOIN accounts_user u ON u.email = a.email
            JOIN consents_objection o ON o.person_id = u.id AND o.ended_at IS NULL
            JOIN purpose ON purpose.id = o.purpose_id
            WHERE a.id = party.address_id
        ) AS objected,
        -- Silence is the more private state: who was here before it grew wider has to say yes. An
        -- address claimed later does not make its holder somebody new.
        CASE WHEN asked_for.control = 'objection' AND asked_for.widened_at IS NOT NULL
            THEN coalesce(least(party.known_since, (
                SELECT min(known.created_at) FROM accounts_address known
                WHERE known.person_id = party.person_id
            )) < asked_for.widened_at, true)
            ELSE false END AS must_answer
    FROM party LEFT JOIN purpose asked_for ON true
    LEFT JOIN party_chose chose ON chose.party_id = party.id
), facts AS (
    SELECT document_id,
        bool_or(is_minor OR is_unknown) AS protected_signer,
        bool_or(refused) AS refused,
        bool_or(objected) AS objected,
        bool_and(agreed) AS agreed,
        bool_or(must_answer AND NOT agreed) AS unanswered,
        string_agg(id || ':' || coalesce(person_id, 0) || ':' || is_minor::int || is_unknown::int
            || refused::int || agreed::int || must_answer::int || objected::int,
            ',' ORDER BY id) AS parties
    FROM party_says GROUP BY document_id
), acts AS (
    SELECT document_id, string_agg(DISTINCT event_id::text, ',' ORDER BY event_id::text) AS events
    FROM bearing GROUP BY document_id
), answer AS (
    SELECT d.place, d.wanted, d.id AS document_id, p.id AS purpose_id,
        CASE
            WHEN p.id IS NULL THEN 'unknown_purpose'
            WHEN p.version_id IS NULL THEN 'purpose_not_in_force'
            WHEN p.control = 'not_used' THEN 'purpose_not_used'
            WHEN d.id IS NULL THEN 'unknown_document'
            WHEN d.erased_at IS NOT NULL OR d.status IN ('purged', 'deleted') THEN 'document_gone'
            WHEN d.restricted_at IS NOT NULL THEN 'document_restricted'
            WHEN p.is_ai_training AND d.special_category THEN 'special_category'
            WHEN p.is_ai_training AND (d.involves_minor OR coalesce(f.protected_signer, true))
                THEN 'minor_or_unknown_signer'
            WHEN f.objected THEN 'refused_by_party'
            WHEN p.control = 'none' AND NOT p.unproven THEN 'necessary'
            -- What the uploader stated counts like a party's refusal (AIPREF train-ai=n).
            WHEN f.refused OR p.is_ai_training AND d.refused_at_upload THEN 'refused_by_party'
            WHEN NOT policy.allowed THEN 'refused_by_organisation'
            -- Below every word of a person: theirs is the reason they read, with evidence or not.
            WHEN p.unproven THEN 'no_valid_evidence'
            WHEN p.control = 'objection'
                AND coalesce(f.unanswered, d.created_at < p.widened_at, false)
                THEN 'widened_unanswered'
            WHEN p.control = 'objection' THEN 'no_objection'
            WHEN p.control = 'consent' AND f.agreed THEN 'consented'
            ELSE 'consent_missing'
        END AS reason,
        concat_ws('|', %(purpose)s, p.version_id, p.unproven::int, d.wanted, d.id, d.status,
            d.special_category::int, d.involves_minor::int, d.refused_at_upload::int,
            d.restricted_at, d.erased_at, d.organisation_id, policy.event_id, f.parties, a.events
        ) AS facts
    FROM asked d
    LEFT JOIN purpose p ON true
    LEFT JOIN facts f ON f.document_id = d.id
    LEFT JOIN acts a ON a.document_id = d.id
    LEFT JOIN consents_standing policy
        ON policy.organisation_id = d.organisation_id AND policy.purpose_id = p.id
)
SELECT wanted, reason, encode(sha256(convert_to(facts, 'UTF8')), 'hex'), document_id, purpose_id
FROM answer ORDER BY place
"""


def may(reference: str, purpose: str, *, now: datetime | None = None) -> Decision:
    """Answer whether the document may be used for the purpose (its slug). Fails closed.

    Never raises for a database that is down or too slow: that is a *no* with the reason
    ``unavailable`` (invariant 3; ASVS 16.5.3).
    """
    now = now or timezone.now()
    try:
        return next(iter(decide([reference], purpose, now=now)))
    except DatabaseError:
        return Decision(reference, allowed=False, reason=Reason.UNAVAILABLE, as_of=now, state="")


def decide(
    references: Sequence[str], purpose: str, *, now: datetime | None = None
) -> Iterator[Decision]:
    """Answer for many documents in one query, in the order asked, on one snapshot.

    Raises:
        DatabaseError: the database did not answer; the caller must treat every document as denied.
    """
    now = now or timezone.now()
    # PostgreSQL's text has no NUL: what holds one is nobody's name, and is asked for as such.
    wanted = ["" if "\0" in reference else reference for reference in references]
    slug = "" if "\0" in purpose else purpose
    parameters: dict[str, Any] = {"references": wanted, "purpose": slug, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(RULE, parameters)
        rows = cursor.fetchall()
    for asked, (_wanted, code, state, document_id, purpose_id) in zip(
        references, rows, strict=True
    ):
        reason = Reason(code)
        yield Decision(asked, reason in OPEN, reason, now, state, document_id, purpose_id)


def allowed(references: Iterable[str], purpose: str) -> set[str]:
    """Return those of the references whose use is allowed."""
    return {one.reference for one in decide(list(references), purpose) if one.allowed}
