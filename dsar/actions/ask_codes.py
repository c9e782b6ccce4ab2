"""One-time codes of the public form: they prove an address, in the browser that asked for them.

Whether anybody knows the address plays no part: the same rows, the same mail, the same answer.

A mail holds a second, long code, which works in any browser for a day. Strangers can use up what is
mailed to an address, but each mail they cause brings its owner a way in (ADR 26).
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from consents.actions.links import Entered
from dsar.models import AskCode
from dsar.models.requests import ALPHABET
from portal.lib import mail

DIGITS = 8
LIVES = timedelta(minutes=10)
MOST_ATTEMPTS = 5
# The long code cannot be guessed: 80 random bits, in Crockford's alphabet.
LONG, LONG_LIVES = 16, timedelta(days=1)
ANY_BROWSER = ""
LOOKS_LIKE = str.maketrans("ILO", "110")


@transaction.atomic
def send(email: str, *, browser: str, language: str) -> AskCode:
    """Mail a new code; the one before it, for the same browser, ends.

    ``browser`` is a secret of the session: a code asked for elsewhere opens nothing here.
    """
    row, code = new_code(email, browser=browser)
    long = "".join(secrets.choice(ALPHABET) for _letter in range(LONG))
    _keep(_asker(email, ANY_BROWSER), long, LONG_LIVES)
    mail.send(
        "dsar/ask_code",
        to=email,
        language=language,
        key=f"ask-code:{row.pk}",
        context={"code": code, "long": _in_fours(long, "-")},
        useful_for=LONG_LIVES,
    )
    return row


def new_code(owner: str, *, browser: str) -> tuple[AskCode, str]:
    """Return a new short code, with its row; the one before it, for the same browser, ends.

    ``owner`` names whose mailbox it goes to: an address, or a mandate.
    """
    now, asker = timezone.now(), _asker(owner, browser)
    AskCode.objects.filter(asker=asker, used_at=None, expires_at__gt=now).update(expires_at=now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    return _keep(asker, code, LIVES), _in_fours(code, " ")


@transaction.atomic
def enter(email: str, code: str, *, browser: str) -> Entered:
    """Say whether the code is right, and use it up if it is.

    Entered by two at the same time, it works for one. An outcome and no exception: a wrong attempt
    has to be counted, and an exception would take the count back.
    """
    typed = "".join(code.replace("-", "").split()).upper()
    if len(typed) == LONG:
        return _enter_long(email, typed)
    return enter_short(email, code, browser=browser)


@transaction.atomic
def enter_short(owner: str, code: str, *, browser: str) -> Entered:
    """Say whether it is the newest short code of this browser, and use it up if it is."""
    asker, typed = _asker(owner, browser), "".join(code.split())
    codes = AskCode.objects.select_for_update().filter(asker=asker)
    newest = codes.order_by("-sent_at", "-pk").first()
    if newest is None:
        return Entered.NONE_SENT
    is_right = constant_time_compare(newest.code_hash, _hash(asker, typed))
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


def _enter_long(email: str, typed: str) -> Entered:
    """Wrong attempts are not counted here: they would shut the owner out, and guessing is vain."""
    asker = _asker(email, ANY_BROWSER)
    hashed = _hash(asker, typed.translate(LOOKS_LIKE))
    found = AskCode.objects.select_for_update().filter(asker=asker, code_hash=hashed).first()
    if found is None:
        return Entered.WRONG
    if found.used_at is not None:
        return Entered.USED
    if found.expires_at <= timezone.now():
        return Entered.EXPIRED
    AskCode.objects.filter(pk=found.pk).update(used_at=timezone.now())
    return Entered.RIGHT


def _keep(asker: str, code: str, lives: timedelta) -> AskCode:
    now = timezone.now()
    return AskCode.objects.create(
        asker=asker, code_hash=_hash(asker, code), sent_at=now, expires_at=now + lives
    )


def _in_fours(code: str, between: str) -> str:
    return between.join(code[at : at + 4] for at in range(0, len(code), 4))


def _asker(email: str, browser: str) -> str:
    told = f"{browser}:{email}"
    return salted_hmac("dsar.ask_code.asker", told, algorithm="sha256").hexdigest()


def _hash(asker: str, code: str) -> str:
    """Return what is kept of a code: worthless without the installation's secret."""
    told = f"{asker}:{code}"
    return salted_hmac("dsar.ask_code", told, algorithm="sha256").hexdigest()
