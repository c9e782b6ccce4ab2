"""What the office may set about requests, copies, erasure and what is kept."""

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.office.definitions import Setting, define
from portal.lib.office.shapes import VALUE, Flag, Problems, Whole


def _within_waiting(days: int) -> Problems:
    if days > IDENTITY_DAYS.now():
        said = gettext(
            "A link cannot outlast the time a confirmation is waited for: %(days)d days."
        )
        return {VALUE: [said % {"days": IDENTITY_DAYS.now()}]}
    return {}


def _outlasts_the_link(days: int) -> Problems:
    if days < IDENTITY_LINK_DAYS.now():
        said = gettext("The link that confirms lasts %(days)d days: wait that long at least.")
        return {VALUE: [said % {"days": IDENTITY_LINK_DAYS.now()}]}
    return {}


IDENTITY_DAYS: Setting[int] = define(
    Setting(
        key="identity_days",
        group="requests",
        label=_("How long a confirmation of who asks is waited for"),
        help=_("After that the request is closed, and the person is told how to open it again."),
        affects=_("Requests that wait for it now, and those to come."),
        bounds=_(
            "More may be asked only where there is a doubt (article 12(6) GDPR); who needs time to"
            " answer has two weeks at the least."
        ),
        shape=Whole(14, 90),
        variable="IDENTITY_DAYS",
        default=lambda: settings.IDENTITY_DAYS,
        stricter="more",
        more_wrong=_outlasts_the_link,
    )
)
IDENTITY_LINK_DAYS: Setting[int] = define(
    Setting(
        key="identity_link_days",
        group="requests",
        label=_("How long the link to confirm who asks works"),
        help=_("The link in the mail that asks for it; another one can be asked for."),
        affects=_("Links that are sent from now on."),
        bounds=_("Never longer than a confirmation is waited for."),
        shape=Whole(1, 90),
        variable="IDENTITY_LINK_DAYS",
        default=lambda: settings.IDENTITY_LINK_DAYS,
        more_wrong=_within_waiting,
    )
)
PAUSE_WITHIN_DAYS: Setting[int] = define(
    Setting(
        key="pause_within_days",
        group="requests",
        label=_("Until when a question stops the clock"),
        help=_("A question that is asked later after receipt is a question, and stops nothing."),
        affects=_("Questions that are asked from now on."),
        bounds=_(
            "What is needed is asked without undue delay (article 12(3) GDPR; EDPB guidelines"
            " 01/2022, 157 to 159): two weeks at the most."
        ),
        shape=Whole(0, 14),
        variable="PAUSE_WITHIN_DAYS",
        default=lambda: settings.PAUSE_WITHIN_DAYS,
        stricter="less",
    )
)
RECEIVED_WITHIN_DAYS: Setting[int] = define(
    Setting(
        key="received_within_days",
        group="requests",
        label=_("How old a request may be that staff enter"),
        help=_("What reached us longer ago is taken for a slip of the pen."),
        affects=_("Requests that are entered from now on."),
        bounds=_("Whatever came in is entered, also if it lay for months (article 12 GDPR)."),
        shape=Whole(90, 1825),
        variable="RECEIVED_WITHIN_DAYS",
        default=lambda: settings.RECEIVED_WITHIN_DAYS,
        stricter="more",
    )
)
DRAFT_DAYS: Setting[int] = define(
    Setting(
        key="draft_days",
        group="requests",
        label=_("How long an unsent form is kept"),
        help=_("What somebody typed and did not send is deleted after so many days untouched."),
        affects=_("The next night’s deletion."),
        bounds=_("No longer than it is of use (article 5(1)(e) GDPR): 90 days at the most."),
        shape=Whole(1, 90),
        variable="DRAFT_DAYS",
        default=lambda: settings.DRAFT_DAYS,
        stricter="less",
    )
)
REVIEW_EVERY_COPY: Setting[bool] = define(
    Setting(
        key="review_every_copy",
        group="copies",
        label=_("Somebody looks at every copy"),
        help=_("Whether a copy waits for a look even if no source failed."),
        affects=_("Requests whose search ends from now on. The date of the answer stays."),
        bounds=_("A look never makes an answer late by right (article 12(3) GDPR)."),
        shape=Flag(_("each copy waits for a look"), _("only copies with gaps wait for a look")),
        variable="REVIEW_EVERY_COPY",
        default=lambda: settings.REVIEW_EVERY_COPY,
    )
)
PACKAGE_DAYS: Setting[int] = define(
    Setting(
        key="package_days",
        group="copies",
        label=_("How long a copy can be fetched"),
        help=_("After that the copy is destroyed with its key; another one can be asked for."),
        affects=_("Copies that are made from now on. One that is ready keeps the day it names."),
        bounds=_(
            "Long enough to be fetched by everybody, and no longer than needed (articles 12(2) and"
            " 5(1)(e) GDPR): 7 to 90 days."
        ),
        shape=Whole(7, 90),
        variable="PACKAGE_DAYS",
        default=lambda: settings.PACKAGE_DAYS,
        stricter="more",
    )
)
ERASURE_GRACE_HOURS: Setting[float] = define(
    Setting(
        key="erasure_grace_hours",
        group="copies",
        label=_("How long an approved erasure can be taken back"),
        help=_("The erasure begins after that, or earlier where its date would come before."),
        affects=_("Erasures approved from now on. It never moves the date of the answer."),
        bounds=_("Erasure comes without undue delay (article 17(1) GDPR): a week at the most."),
        shape=Whole(0, 168, unit="hours"),
        variable="ERASURE_GRACE_HOURS",
        default=lambda: settings.ERASURE_GRACE_HOURS,
    )
)
BACKUP_DAYS: Setting[int] = define(
    Setting(
        key="backup_days",
        group="copies",
        label=_("After how long the last backup is overwritten"),
        help=_("What the certificate of an erasure says of backups. Set what is true of yours."),
        affects=_("Certificates from now on. It does not change the backups themselves."),
        bounds=_("A backup that is never overwritten is no backup (article 5(1)(e) GDPR)."),
        shape=Whole(1, 365),
        variable="BACKUP_DAYS",
        default=lambda: settings.BACKUP_DAYS,
        stricter="less",
    )
)
