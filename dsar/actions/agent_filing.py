"""Somebody files for somebody else, without an account and without anybody of ours in between.

The answer they see is the same for every address. The person is asked before anything is searched,
given out or changed (CCPA § 7063(a)); an objection needs no proof and is obeyed at once
(§ 7060(b)).
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.utils import timezone

from accounts.proven import person_for_claimed_address
from dsar import enclosures, letters, rules
from dsar.actions import objections
from dsar.actions.requests import Agent, open_request
from dsar.kinds import NATURES, Proof
from dsar.models import Attachment, SubjectRequest
from dsar.models.requests import Channel, Identity, Kind
from dsar.rules_identity import waits_for_a_link


def file_for_somebody(
    kind: Kind,
    *,
    email: str,
    agent: Agent,
    language: str,
    shown: "Iterable[File[Any]]",
    **given: Any,
) -> SubjectRequest | None:
    """Open a request for the person of ``email`` (lower case); None where none could be opened.

    ``shown`` are the files with what allows it. ``language`` is that of who acts: the person is
    written to in their own, where we know it. ``given`` is passed on to ``open_request``. Where
    the same is asked for already the person is told by mail, once a day, that somebody asked for
    them; nothing else changes. An objection that stands is not obeyed, and told, again.

    Raises:
        What ``enclosures.look_at`` raises: the files are looked at for every address.
    """
    shown = list(shown)
    enclosures.look_at(shown)
    needs_nothing = NATURES[kind].proof == Proof.NONE
    person = person_for_claimed_address(email, language=language)
    if kind == Kind.OBJECTION and objections.stands_lately(person, given["details"]):
        return None
    try:
        return open_request(
            kind,
            person=person,
            by=None,
            language=person.language or language,
            channel=Channel.AGENT,
            agent=agent,
            enclosed=[(Attachment.Role.MANDATE, one) for one in shown],
            sure=Identity.NOT_NEEDED if needs_nothing else Identity.ASKED,
            **given,
        )
    except rules.AlreadyOpen as already:
        _tell_of_it(already.request, agent)
    except rules.BeingErased:
        # There is nothing left that could be given out or used, and nobody left to be asked.
        return None
    return None


def _tell_of_it(request: SubjectRequest, agent: Agent) -> None:
    """Tell the person that somebody asked for what is asked for already, once a day."""
    # As a hash: the key of a mail has no room for every address, and outlives none.
    agent_hash = hashlib.sha256(agent.email.encode()).hexdigest()[:32]
    letters.asked_already(
        request,
        agent.name,
        waits=waits_for_a_link(request),
        unique=f"{agent_hash}:{timezone.localdate()}",
    )
