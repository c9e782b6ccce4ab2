"""What the tests of the ways in have in common: the mails, and their codes and links."""

import re

from django.core.cache import cache
from django.test import Client

from portal.lib.models import OutgoingMail

NORA = "nora@mail.example"


def no_limits() -> None:
    """Forget how often anybody asked."""
    cache.clear()


def mails(template: str, to: str | None = NORA) -> list[OutgoingMail]:
    """Return the mails of one kind to an address, oldest first."""
    found = OutgoingMail.objects.filter(template=template, to=to)
    return list(found.order_by("pk"))


def code_to(email: str) -> str:
    """Return the newest code of the public form."""
    found = re.search(r"^\d{4} \d{4}$", mails("dsar/ask_code", email)[-1].text, re.MULTILINE)
    assert found
    return found[0]


def long_code_to(email: str) -> str:
    """Return the newest long code of the public form."""
    found = re.search(r"^(\w{4}-){3}\w{4}$", mails("dsar/ask_code", email)[-1].text, re.MULTILINE)
    assert found
    return found[0]


def link_to(email: str = NORA, template: str = "dsar/identity") -> str:
    """Return the path of the newest link that confirms."""
    found = re.search(r"/requests/\S+/", mails(template, email)[-1].text)
    assert found
    return found[0]


def ask(client: Client, email: str = NORA, kind: str = "access", **more: str) -> Client:
    """Take the first step of the public form."""
    told = {"kind": kind, "email": email, "country": "FR"} | more
    answer = client.post("/ask/", told)
    assert answer.status_code == 303, answer.content.decode()[:500]
    return client


def prove(client: Client, email: str = NORA) -> Client:
    """Take the second step."""
    answer = client.post("/ask/code/", {"code": code_to(email)})
    assert answer.headers["Location"] == "/ask/details/"
    return client
