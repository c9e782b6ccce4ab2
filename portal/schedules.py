"""Everything that happens by the clock. ``manage.py sync_schedules`` makes the rows equal to it."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from consents.register.jobs import JOBS

ERASE = "portal.tasks.erase"  # runs a task that erases, and writes down what it did


@dataclass(frozen=True)
class Periodic:
    """One periodic task: its name, its function, when (cron, controller’s time), and why."""

    name: str
    path: str
    cron: str
    why: str

    @property
    def func(self) -> str:
        """Return what the scheduler calls: what erases is called so that its run is on record."""
        return ERASE if self.name in JOBS else self.path

    @property
    def args(self) -> str | None:
        """Return with which arguments, as the scheduler reads them."""
        return repr((self.name,)) if self.name in JOBS else None


PERIODIC = [
    Periodic(
        "heartbeat",
        "portal.tasks.beat",
        "* * * * *",
        "/healthz tells from it whether the worker lives",
    ),
    Periodic(
        "mail",
        "portal.lib.tasks_mail.sweep",
        "* * * * *",
        "mails whose delivery failed or whose worker died are tried again",
    ),
    Periodic(
        "old-mail",
        "portal.lib.tasks_mail.delete_old",
        "17 3 * * *",
        "what was sent to whom is not kept longer than needed (GDPR art. 5(1)(e))",
    ),
    Periodic(
        "expired-access",
        "accounts.tasks.forget_expired",
        "27 3 * * *",
        "sessions with their network addresses, tokens and invitations end when they end",
    ),
    Periodic(
        "expired-cache",
        "portal.lib.cache.delete_expired",
        "7 * * * *",
        "the cache is a table: rate limits of the past would pile up in it",
    ),
    Periodic(
        "past-counts",
        "portal.lib.counting.forget_past",
        "7 * * * *",
        "how often a client called in a minute that is over is of no use",
    ),
    Periodic(
        "steps",
        "dsar.tasks.sweep",
        "* * * * *",
        "a step whose source failed is tried again, and one whose worker died is taken up",
    ),
    Periodic(
        "unconfirmed-requests",
        "dsar.intake_tasks.ask_and_give_up",
        "13 * * * *",
        "who did not confirm a request is asked once more, and then it is closed (art. 12(6))",
    ),
    Periodic(
        "served-proofs",
        "dsar.intake_tasks.clear_away",
        "3 3 * * *",
        "documents sent as proof of who asks, codes, links and drafts end (GDPR art. 5(1)(e))",
    ),
    Periodic(
        "alarms",
        "dsar.actions.alarms.ring",
        "5 * * * *",
        "staff hear of a date at half, three quarters and nine tenths of the time, once each",
    ),
    Periodic(
        "dates",
        "dsar.actions.clock.recount_open",
        "13 0 * * *",
        "a corrected calendar, or a newer library of holidays, moves the dates of open requests",
    ),
    Periodic(
        "outside-questions",
        "dsar.tasks_outside.follow_up",
        "41 * * * *",
        "who was asked outside is reminded, silence is told to the office, answers are forgotten",
    ),
    Periodic(
        "outside-ends",
        "dsar.tasks_outside.ask_about_ends",
        "13 2 * * *",
        "owners of sources are asked to erase what they kept until today",
    ),
    Periodic(
        "copies",
        "dsar.tasks.expire_packages",
        "11 * * * *",
        "the key of a copy is destroyed at its date, and the person is reminded before",
    ),
    Periodic(
        "deliveries",
        "consents.actions.delivery.sweep",
        "* * * * *",
        "a system that did not answer is told again, and a message whose worker died is taken up",
    ),
    Periodic(
        "announcements",
        "consents.actions.announcements.sweep",
        "* * * * *",
        "telling of a wider purpose goes on after a dead worker, and finds who is new",
    ),
    Periodic(
        "finished-documents",
        "dsar.tasks_erasure.end_documents",
        "7 2 * * *",
        "what the purposes no longer need of a document ends with its period (GDPR art. 5(1)(e))",
    ),
    Periodic(
        "kept-after-erasure",
        "dsar.tasks.end_what_is_due",
        "23 2 * * *",
        "what was kept until a date is erased at that date",
    ),
    Periodic(
        "pauses",
        "dsar.tasks.mind_pauses",
        "*/5 * * * *",
        "a paused use ends on the day that was told, and takes in what comes later (art. 18 GDPR)",
    ),
    Periodic(
        "erasures-decided",
        "dsar.tasks_erasure.end_grace",
        "* * * * *",
        "an approved erasure is carried out once the time to take it back is over",
    ),
    Periodic(
        "recipients",
        "dsar.tasks_erasure.tell_recipients",
        "* * * * *",
        "who had data that is erased is told again until they take it (GDPR art. 19)",
    ),
    Periodic(
        "erasure-ledger",
        "dsar.tasks_erasure.carry_ledger",
        "* * * * *",
        "what was erased is known outside of the database, which a restore takes back",
    ),
    Periodic(
        "holds-to-review",
        "dsar.tasks_erasure.remind_of_holds",
        "9 6 * * *",
        "whoever placed a legal hold is reminded of the day when it is looked at again",
    ),
    Periodic(
        "left-over-parts",
        "dsar.tasks.tidy",
        "33 2 * * *",
        "a worker that died leaves sealed files that no row names",
    ),
    Periodic(
        "left-over-files",
        "consents.files.tidy",
        "43 2 * * *",
        "a report that was rolled back leaves the file of its document, which no row names",
    ),
    Periodic(
        "canaries",
        "consents.actions.canaries.run",
        "*/10 * * * *",
        "documents that must never be allowed are asked for, so that a broken rule is noticed",
    ),
    Periodic(
        "months-of-uses",
        "consents.months.prepare",
        "37 2 * * *",
        "the table of uses has one partition per month, made before the month begins",
    ),
    Periodic(
        "ended-links",
        "consents.actions.links.forget_ended",
        "53 3 * * *",
        "links and codes of signers that have ended are of no use (GDPR art. 5(1)(e))",
    ),
    Periodic(
        "rule-alarms",
        "portal.dashboard.alarms.tasks.ring",
        "*/5 * * * *",
        "the data protection officer hears of a rule about to be broken, once per cause",
    ),
    Periodic(
        "alarm-messages",
        "portal.dashboard.alarms.tasks.sweep",
        "* * * * *",
        "a webhook that did not take an alarm is told again",
    ),
    Periodic(
        "digests",
        "portal.dashboard.alarms.tasks.send_digests",
        "*/15 * * * *",
        "each officer has the day in one mail, at the hour they chose, once a day",
    ),
    Periodic(
        "log-exports",
        "portal.dashboard.log.tasks.mind_exports",
        "* * * * *",
        "an export whose worker died is taken up, and one that nobody took is destroyed",
    ),
    Periodic(
        "reports",
        "portal.dashboard.reports.tasks.sweep",
        "* * * * *",
        "a report whose worker died is taken up where it stopped",
    ),
    Periodic(
        "reports-of-the-calendar",
        "portal.dashboard.reports.tasks.by_the_calendar",
        "19 4 * * *",
        "the reports of the last month and year are made once they are over (art. 5(2) GDPR)",
    ),
    Periodic(
        "public-figures",
        "portal.dashboard.reports.tasks.publish",
        "29 * * * *",
        "the public page shows figures that were counted, and never counts while it is read",
    ),
    Periodic(
        "old-reports",
        "portal.dashboard.reports.tasks.clear_away",
        "57 3 * * *",
        "a report is kept for its time, and a dead worker leaves files that no row names",
    ),
    Periodic(
        "figures",
        "portal.dashboard.cards.tasks.keep_figures",
        "* * * * *",
        "figures of days on which something changed are counted anew, for a fast dashboard",
    ),
    Periodic(
        "kept-events",
        "consents.actions.envelopes.forget_bodies",
        "47 3 * * *",
        "events that nobody could apply hold names and addresses (GDPR art. 5(1)(e))",
    ),
]


@transaction.atomic
def sync() -> tuple[int, int]:
    """Make the rows of the scheduler equal to ``PERIODIC``; return how many were set and removed.

    Every task runs once soon after: whatever was due while nothing ran is made up for at once.

    Raises:
        ImportError: a path names nothing.
    """
    now = timezone.now()
    for task in PERIODIC:
        import_string(task.path)
        Schedule.objects.update_or_create(
            name=task.name,
            defaults={
                "func": task.func,
                "args": task.args,
                "schedule_type": Schedule.CRON,
                "cron": task.cron,
                "repeats": -1,
            },
        )
    # Not among the defaults: a row that is new would choose its first time by itself.
    Schedule.objects.update(next_run=now)
    removed, _ = Schedule.objects.exclude(name__in=[task.name for task in PERIODIC]).delete()
    return len(PERIODIC), removed
