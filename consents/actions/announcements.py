"""Telling everybody concerned of a wider purpose before it takes effect (art. 13(3), 14(4) GDPR).

Publication writes an :class:`Announcing` and queues a job, in its own transaction. Each job tells
one batch in one transaction (who was told, their mails, how far it has come) and queues the next
behind the mails of this one, so that a million mails never stand in the way of a sign-in code. Who
is to be told is found by an anti-join: whoever has no row yet. So a worker that dies has told
either the whole batch or nobody of it, and no way of starting again tells anybody twice.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation

from accounts.models import Address, User
from consents.actions import stopping
from consents.actions.notices import link
from consents.models import Announcement, Announcing, PurposeStop, PurposeVersion
from consents.queries import change
from portal.lib import mail
from portal.lib.models import OutgoingMail
from portal.lib.tasks import enqueue

CARRY_ON = "consents.actions.announcements.carry_on"
RESEND = "consents.actions.announcements.resend_some"
# Mails of one batch are in the queue at once: two workers send so many in about three seconds.
BATCH = 100
LEASE = timedelta(minutes=2)  # of a batch; then the sweep takes it up
# Who is new is told within the hour.
PAUSE = timedelta(hours=1)
AT_A_TIME = 2000

# A customer who verified an address, and staff who are themselves party to a document.
# The rows are kept from being emptied until the mail is written.
PEOPLE = """
SELECT u.id, u.email, u.language FROM accounts_user u
WHERE u.id > %(after)s AND u.is_active AND u.erased_at IS NULL AND u.email IS NOT NULL
    AND EXISTS (
        SELECT FROM accounts_address own WHERE own.person_id = u.id AND (
            u.role = 'customer'
            OR EXISTS (SELECT FROM consents_party p WHERE p.address_id = own.id)
        )
    )
    AND NOT EXISTS (
        SELECT FROM consents_announcement told
        WHERE told.version_id = %(version)s AND told.person_id = u.id
    )
    AND NOT EXISTS (
        -- Told at an address that has become theirs since.
        SELECT FROM accounts_address own JOIN consents_announcement told
            ON told.address_id = own.id AND told.version_id = %(version)s
        WHERE own.person_id = u.id
    )
"""
# An address without account that is party to a document that was sent and is not gone.
ADDRESSES = """
SELECT a.id, a.email, '' AS language FROM accounts_address a
WHERE a.id > %(after)s AND a.person_id IS NULL AND a.email IS NOT NULL
    AND EXISTS (
        SELECT FROM consents_party p JOIN consents_document d ON d.id = p.document_id
        WHERE p.address_id = a.id AND d.erased_at IS NULL
            AND d.status NOT IN ('draft', 'purged', 'deleted')
            AND NOT EXISTS (SELECT FROM consents_canary c WHERE c.document_id = d.id)
    )
    AND NOT EXISTS (
        SELECT FROM consents_announcement told
        WHERE told.version_id = %(version)s AND told.address_id = a.id
    )
"""
A_BATCH = " ORDER BY id LIMIT %(limit)s FOR KEY SHARE"


@dataclass(frozen=True)
class Recipient:
    """Somebody to tell: the key of a person or of an address, where to, in which language."""

    pk: int
    email: str
    language: str  # empty: not known, the controller's own


def begin(version: PurposeVersion) -> Announcing:
    """Start telling people of the version, in the transaction that publishes it."""
    announcing = Announcing.objects.create(version=version)
    enqueue(CARRY_ON, announcing.pk)
    return announcing


def carry_on(announcing_id: int) -> None:
    """Tell the next batch, and queue the one after it; or note that the round is over.

    Two at once are one after the other: the second finds the row taken, and leaves.
    """
    with transaction.atomic():
        waiting = Announcing.objects.select_for_update(skip_locked=True, of=["self"])
        announcing = (
            waiting.filter(pk=announcing_id, finished_at=None)
            .select_related("version__purpose")
            .first()
        )
        if announcing is None or PurposeStop.objects.filter(version=announcing.version).exists():
            return
        _begin_round(announcing)
        if _tell_some(announcing):
            announcing.leased_until = timezone.now() + LEASE
            enqueue(CARRY_ON, announcing.pk)
        else:
            announcing.leased_until, announcing.finished_at = None, timezone.now()
            announcing.rounds += 1
        announcing.save()


def sweep() -> None:
    """Take up what a dead worker left, and look again for people who are new.

    A version in effect is not announced any more: who comes then has known nothing else.
    """
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    with transaction.atomic():
        Announcing.objects.filter(
            version__effective_from__gt=now, version__stop=None, finished_at__lt=now - PAUSE
        ).update(finished_at=None, after_person=0, after_address=0)
        waiting = Announcing.objects.filter(free, finished_at=None, version__stop=None)
        left = waiting.select_for_update(skip_locked=True, of=["self"])
        for pk in list(left.values_list("pk", flat=True)):
            Announcing.objects.filter(pk=pk).update(leased_until=now + LEASE)
            enqueue(CARRY_ON, pk)
    stopping.sweep()
    copy_deliveries()


def copy_deliveries() -> int:
    """Note of every mail that has gone out, or has failed, when it did; return of how many.

    In batches: those not yet delivered, as long as mails are kept. A failed one that is sent again
    and arrives is not failed any more.
    """
    changed, after = 0, 0
    sql = """
        WITH batch AS (
            SELECT a.id, a.uid FROM consents_announcement a
            WHERE a.sent_at IS NULL AND a.id > %s AND a.created_at > %s ORDER BY a.id LIMIT %s
        ), updated AS (
            UPDATE consents_announcement a
            SET sent_at = m.sent_at,
                failed_at = CASE WHEN m.status = 'failed' THEN coalesce(a.failed_at, %s) END
            FROM batch JOIN kernel_outgoingmail m ON m.key = 'purpose-wider:' || batch.uid
            WHERE a.id = batch.id AND (
                m.status = 'sent' OR (m.status = 'failed') <> (a.failed_at IS NOT NULL)
            )
            RETURNING a.id
        )
        SELECT max(batch.id), (SELECT count(*) FROM updated) FROM batch
    """
    while True:
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(sql, [after, now - mail.KEPT, AT_A_TIME, now])
            last, some = cursor.fetchone()
        changed += int(some)
        if last is None:
            return changed
        after = last


def resend_failed(version: PurposeVersion) -> int:
    """Send the failed mails about the version again, in the worker; return how many there are.

    A mail whose words are deleted, or that arrived meanwhile, is left alone.
    """
    failed = Announcement.objects.filter(version=version, sent_at=None, failed_at__isnull=False)
    with transaction.atomic():
        count = failed.count()
        if count:
            enqueue(RESEND, version.pk, 0)
    return count


def resend_some(version_id: int, after: int) -> None:
    """Send one batch of failed mails again, from the announcement after ``after`` on."""
    failed = Announcement.objects.filter(
        version=version_id, sent_at=None, failed_at__isnull=False, pk__gt=after
    )
    with transaction.atomic():
        batch = list(failed.order_by("pk")[:BATCH])
        keys = [mail_key(one) for one in batch]
        for one in OutgoingMail.objects.filter(key__in=keys, status="failed").exclude(text=""):
            mail.retry(one)
        if len(batch) == BATCH:
            enqueue(RESEND, version_id, batch[-1].pk)


def mail_key(announcement: Announcement) -> str:
    """Return the key of the one mail about it."""
    return f"purpose-wider:{announcement.uid}"


def _begin_round(announcing: Announcing) -> None:
    """Count whom there is to tell, where the round has not begun."""
    if announcing.after_person or announcing.after_address:
        return
    told = Announcement.objects.filter(version=announcing.version).count()
    asked = {"after": 0, "version": announcing.version_id}
    with connection.cursor() as cursor:
        for query in (PEOPLE, ADDRESSES):
            cursor.execute(f"SELECT count(*) FROM ({query}) AS found", asked)  # noqa: S608 - ours
            told += cursor.fetchone()[0]
    announcing.found = told


def _tell_some(announcing: Announcing) -> bool:
    """Tell the next batch and move on; False where there is nobody left in this round."""
    people = _next(PEOPLE, announcing, announcing.after_person)
    if people:
        _tell(announcing.version, people, User)
        announcing.after_person = people[-1].pk
        return True
    addresses = _next(ADDRESSES, announcing, announcing.after_address)
    if addresses:
        _tell(announcing.version, addresses, Address)
        announcing.after_address = addresses[-1].pk
    return bool(addresses)


def _next(query: str, announcing: Announcing, after: int) -> list[Recipient]:
    asked = {"after": after, "version": announcing.version_id, "limit": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(query + A_BATCH, asked)
        return [Recipient(*row) for row in cursor.fetchall()]


def _tell(version: PurposeVersion, some: list[Recipient], kind: type[User | Address]) -> None:
    """Write who is told, and their mails."""
    column = "person_id" if kind is User else "address_id"
    rows = [Announcement(version=version, **{column: one.pk}) for one in some]
    # Whoever else told one of them in this moment: it fails, and the next try leaves them out.
    Announcement.objects.bulk_create(rows)
    said: dict[str, dict[str, object]] = {}
    for announcement, recipient in zip(rows, some, strict=True):
        language = recipient.language or settings.LANGUAGE_CODE
        if language not in said:
            with translation.override(language):
                said[language] = change.for_mail(version)
        mail.send(
            "consents/purpose_wider", to=recipient.email, language=language,
            key=mail_key(announcement), context=said[language] | {"url": link(announcement)},
        )  # fmt: skip
