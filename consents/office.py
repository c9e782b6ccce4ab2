"""What the office may set about purposes and links."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.lib.office.definitions import Setting, define
from portal.lib.office.shapes import Whole

LEAST_NOTICE = 14  # days; the database refuses less (migration 0009)

NOTICE_DAYS: Setting[int] = define(
    Setting(
        key="purpose_notice_days",
        group="purposes",
        label=_("Notice before a wider purpose takes effect"),
        help=_("How long before a wider version counts everybody has been told of it."),
        affects=_(
            "Versions that are published from now on. One that is published already keeps its day."
        ),
        bounds=_(
            "Information has to come before the further processing (article 13(3) GDPR). Two weeks"
            " are the house’s own least; the database refuses less."
        ),
        shape=Whole(LEAST_NOTICE, 365),
        variable="PURPOSE_NOTICE_DAYS",
        default=lambda: settings.PURPOSE_NOTICE_DAYS,
        stricter="more",
    )
)
LINK_DAYS: Setting[int] = define(
    Setting(
        key="link_days",
        group="purposes",
        label=_("How long a signer’s link lasts"),
        help=_("How long a link opens the page of its document, if the service does not say."),
        affects=_("Links that are made from now on. A refusal by mail counts whatever the link."),
        bounds=_(
            "Refusing has to stay as easy as agreeing (article 7(3) GDPR): 30 days at the least."
        ),
        shape=Whole(30, 1095),
        variable="LINK_DAYS",
        default=lambda: settings.LINK_DAYS,
        stricter="more",
    )
)
