"""What each mail is called in front of staff; its words are the recipient's."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
CODE = _("code")
NAMES: dict[str, Words] = {
    "dsar/received": _("receipt confirmed"),
    "dsar/appeal": _("receipt of an appeal confirmed"),
    "dsar/identity": _("who asks: please confirm"),
    "dsar/identity_again": _("who asks: reminder"),
    "dsar/question": _("question to the person"),
    "dsar/message": _("message to the person"),
    "dsar/due_moved": _("another date"),
    "dsar/extended": _("more time"),
    "dsar/ready": _("copy ready"),
    "dsar/expiring": _("copy soon destroyed"),
    "dsar/answered": _("answer"),
    "dsar/obeyed": _("objection obeyed"),
    "dsar/restricted": _("use paused"),
    "dsar/rectified": _("data corrected"),
    "dsar/lifting": _("end of the pause announced"),
    "dsar/refused": _("refusal"),
    "dsar/grace": _("erasure decided, can be taken back"),
    "dsar/erased": _("certificate of erasure"),
    "dsar/withdrawn": _("withdrawal confirmed"),
    "dsar/reopened": _("opened again by a reply"),
    "dsar/unidentified": _("closed: nobody confirmed who asked"),
    "dsar/duplicate": _("closed: asked twice"),
    "dsar/forwarded": _("passed on to who decides about the data"),
    "dsar/agent": _("news to who acts for the person"),
    "dsar/agent_already": _("somebody asked for what was asked already"),
    "dsar/agent_took": _("copy downloaded by who acts for the person"),
    "dsar/ask_code": CODE,
    "dsar/agent_code": CODE,
    "dsar/outside_code": CODE,
    "dsar/outside_asked": _("question to the owner of a source"),
    "dsar/outside_escalated": _("the owner of a source does not answer"),
    "dsar/hold_review": _("legal hold to be looked at again"),
    "consents/link_code": CODE,
    "consents/purpose_wider": _("wider purpose announced"),
    "consents/purpose_stopped": _("change of a purpose stopped"),
    "consents/refused_by_link": _("refusal by a link confirmed"),
    "consents/canary_leak": _("alarm: the gate let a canary through"),
    "dashboard/alarms": _("alarms to an officer"),
    "dashboard/alarm_test": _("test of an alarm"),
    "dashboard/digest": _("the officer’s day in one mail"),
    "dashboard/report_ready": _("report ready"),
}
# What has no name of its own is called by what it belongs to.
GROUPS: dict[str, Words] = {
    "dsar/staff/": _("notice to staff"),
    "account/": _("sign-in and account"),
    "accounts/": _("organisation"),
}


def name_of(template: str) -> Words:
    """Return what a mail is called, by its template; the template itself for one nobody named."""
    begins = (words for start, words in GROUPS.items() if template.startswith(start))
    return NAMES.get(template) or next(begins, template)
