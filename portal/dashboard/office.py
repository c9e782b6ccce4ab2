"""What the office may set about its own pages: what of staff's activity is marked, the digest."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.lib.office.definitions import Setting, define
from portal.lib.office.shapes import Whole

MANY_IN_AN_HOUR: Setting[int] = define(
    Setting(
        key="many_in_an_hour",
        group="staff",
        label=_("Files of how many people within one hour are unusual"),
        help=_("Whoever of the staff opens as many within one hour of the clock is marked."),
        affects=_("The page of staff’s activity, also for days that are past."),
        bounds=_(
            "Access is watched so that it can be shown (articles 5(2) and 32 GDPR): a mark that"
            " nobody ever reaches watches nothing. 5 to 200."
        ),
        shape=Whole(5, 200, unit="people"),
        variable="MANY_IN_AN_HOUR",
        default=lambda: settings.MANY_IN_AN_HOUR,
        stricter="less",
    )
)
WITHOUT_REQUEST: Setting[int] = define(
    Setting(
        key="without_request",
        group="staff",
        label=_("How many files opened without a request are unusual"),
        help=_("Counted over the period that is looked at; each look has its reason all the same."),
        affects=_("The page of staff’s activity, also for days that are past."),
        bounds=_(
            "A file is opened for a request, but for a few reasons (article 5(1)(b) GDPR): 1 to"
            " 100."
        ),
        shape=Whole(1, 100, unit="files"),
        variable="WITHOUT_REQUEST",
        default=lambda: settings.WITHOUT_REQUEST,
        stricter="less",
    )
)
DIGEST_HOUR: Setting[int] = define(
    Setting(
        key="digest_hour",
        group="staff",
        label=_("At which hour the day comes in one mail"),
        help=_("For officers who chose no hour of their own; in each one’s time zone."),
        affects=_("The next day’s mail."),
        bounds=_("An hour of the day, from 0 to 23."),
        shape=Whole(0, 23, unit="clock"),
        variable="DIGEST_HOUR",
        default=lambda: settings.DIGEST_HOUR,
    )
)
