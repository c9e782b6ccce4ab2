"""One-time codes of the public form: they prove an address, in the browser that asked for them.

Whether anybody knows the address plays no part: the same row, the same mail, the same answer.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from consents.actions.links import Entered
from dsar.models import AskCode
from portal.lib import mail

DIGITS = 8
LIVES = timedelta(minutes=10)
MOST_ATTEMPTS = 5


@transaction.atomic
def send(email: str, *, browser: str, language: str) -> AskCode:
    """Mail a new code; the one before it, for the same browser, ends.

    ``browser`` is a secret of the session: a code asked for elsewhere opens nothing here.
    """
    now, asker = timezone.now(), _asker(email, browser)
    AskCode.objects.filter(asker=asker, used_at=None, expires_at__gt=now).update(expires_at=now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = AskCode.objects.create(
        asker=asker, code_hash=_hash(asker, code), sent_at=now, expires_at=now + LIVES
    )
    mail.send(
        "dsar/ask_code",
        to=email,
        language=language,
        key=f"ask-code:{row.pk}",
        context={"code": f"{code[:4]} {code[4:]}"},
        useful_for=LIVES,
    )
    return row


@transaction.atomic
def enter(email: str, code: str, *, browser: str) -> Entered:
    """Say whether the code is right, and use it up if it is.

    Entered by two at the same time, it works for one. An outcome and no exception: a wrong attempt
    has to be counted, and an exception would take the count back.
    """
    asker = _asker(email, browser)
    codes = AskCode.objects.select_for_update().filter(asker=asker)
    newest = codes.order_by("-sent_at", "-pk").first()
    if newest is None:
        return Entered.NONE_SENT
    is_right = constant_time_compare(newest.code_hash, _hash(asker, "".join(code.split())))
    if newest.used_at is not None:
        return Entered.USED if is_right else Entered.EXPIRED
    if newest.expires_at <= timezone.now():
        return Entered.EXPIRED
    if newest.attempts >= MOST_ATTEMPTS:
        return Entered.EXHAUSTED
    if not is_right:
        AskCode.objects.filter(pk=newest.pk).update(attempts=F("attempts") + 1)
        return Entered.WRONG if newest.attempts + 1 < MOST_ATTEMPTS else Entered.EXHAUSTED
    AskCode.objects.filter(pk=newest.pk).update(used_at=timezone.now())
    return Entered.RIGHT


def _asker(email: str, browser: str) -> str:
    told = f"{browser}:{email}"
    return salted_hmac("dsar.ask_code.asker", told, algorithm="sha256").hexdigest()


def _hash(asker: str, code: str) -> str:
    """Return what is kept of a code: worthless without the installation's secret."""
    told = f"{asker}:{code}"
    return salted_hmac("dsar.ask_code", told, algorithm="sha256").hexdigest()
