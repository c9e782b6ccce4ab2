"""A dozen requests in every state: when who did what. The acts themselves are in :mod:`desk`."""

from datetime import timedelta
from functools import partial

from dsar.grounds import ErasureAsked, RefusalGround
from dsar.models.requests import Channel, Kind
from portal.demo.sample import words
from portal.demo.sample.desk import Desk
from portal.demo.sample.world import Moment, World


def moments(world: World) -> list[Moment]:
    """Return every act about a request, in no order."""
    desk = Desk(world)
    _answered(desk)
    _closed_otherwise(desk)
    _under_way(desk)
    _of_other_kinds(desk)
    _just_now(desk)
    return desk.moments


def _answered(desk: Desk) -> None:
    """Copies handed over, one of them with a gap, and an erasure carried out."""
    desk.on("camille 1", 318, "21:12", "open", kind=Kind.ACCESS)
    desk.on("camille 1", 317, "07:50", "download")
    desk.on("camille 1", 286, "03:00", "tidy")
    desk.on("emily 1", 238, "18:05", "open", kind=Kind.ACCESS, broken="mail")
    desk.on("emily 1", 236, "09:30", "take")
    desk.on("emily 1", 236, "09:34", "look", why="A source does not answer")
    desk.on("emily 1", 233, "11:02", "approve", gaps=True)
    desk.on("emily 1", 232, "20:47", "download")
    desk.on("emily 1", 202, "03:00", "tidy")
    desk.on("lucie", 97, "13:26", "open", kind=Kind.ERASURE, asked_because=ErasureAsked.NOT_NEEDED)
    desk.on("lucie", 95, "10:10", "take")
    desk.on("lucie", 95, "10:14", "look", why="Relecture du plan")
    desk.on("lucie", 94, "15:38", "approve", by="helene")
    desk.on("camille 2", 6, "19:22", "open", kind=Kind.ACCESS)


def _closed_otherwise(desk: Desk) -> None:
    """One taken back, one refused."""
    desk.on("hugo 1", 204, "11:14", "open", kind=Kind.ERASURE, by="sofia", channel=Channel.PHONE)
    desk.on("hugo 1", 204, "18:20", "withdraw")
    desk.on("thomas 1", 158, "10:40", "open", kind=Kind.ACCESS, by="sofia", channel=Channel.EMAIL)
    desk.on("thomas 1", 157, "14:12", "look", why="Sent from an address we do not know")
    desk.on("thomas 1", 157, "14:20", "write", by="sofia", text=words.CONFIRM)
    identity = {"ground": RefusalGround.IDENTITY, "evidence": words.NOT_CONFIRMED}
    desk.on("thomas 1", 132, "16:30", "refuse", **identity)


def _under_way(desk: Desk) -> None:
    """One overdue, one extended, and others in every state between."""
    desk.on("nadia 1", 41, "12:18", "open", kind=Kind.ACCESS, broken="documents")
    desk.on("nadia 1", 39, "09:20", "take")
    desk.on("nadia 1", 15, "20:05", "write", text=words.WHERE_IS_IT)
    desk.on("claire 1", 36, "10:02", "open", kind=Kind.ACCESS, broken="uses")
    desk.on("claire 1", 34, "11:40", "take", by="helene")
    desk.on("claire 1", 33, "09:30", "ask", question=words.WHICH)
    desk.on("claire 1", 30, "18:12", "write", text=words.ONLY_MINE)
    desk.on("claire 1", 20, "16:15", "extend", note=words.WHY_LONGER)
    desk.on("nadia 2", 27, "12:21", "open", kind=Kind.ERASURE, about=words.NOTHING_USELESS)
    desk.on("nadia 2", 26, "14:00", "look", why="Relecture du plan d’effacement")
    desk.on("martin 1", 19, "08:58", "open", kind=Kind.ERASURE, about=words.LEAVING)
    desk.on("martin 1", 18, "09:12", "take")
    desk.on("martin 1", 18, "10:30", "write", by="sofia", text=words.ONLY_ADMIN)
    desk.on("martin 1", 17, "19:44", "write", text=words.SUCCESSOR)
    desk.on("hugo 2", 9, "22:31", "open", kind=Kind.ACCESS, broken="permits")
    desk.on("hugo 2", 8, "10:05", "take")
    desk.on("emily 2", 2, "11:25", "open", kind=Kind.ACCESS, by="sofia", channel=Channel.PHONE)


def _of_other_kinds(desk: Desk) -> None:
    """Files to take elsewhere, a statement beside a contract, a pause, an objection, an appeal.

    A copy waits for staff: a note about its person names somebody else.
    """
    desk.on("yanis 1", 71, "17:40", "open", kind=Kind.PORTABILITY)
    desk.on("yanis 1", 70, "08:05", "download")
    desk.on("yanis 1", 40, "03:00", "tidy")
    signed = str(desk.world.signed_by("camille").uid)
    wrong = {"what": "content", "document": signed, "should": words.WRONG_ADDRESS}
    desk.on("camille 3", 33, "20:31", "open", kind=Kind.RECTIFICATION, details=wrong)
    desk.on("camille 3", 31, "10:20", "rectify", text=words.BESIDE)
    lease = str(desk.world.signed_by("yanis").uid)
    paused = {"scope": "documents", "documents": [lease], "ground": "accuracy"}
    desk.on("yanis 2", 5, "12:44", "open", kind=Kind.RESTRICTION, details=paused,
            about=words.DISPUTED)  # fmt: skip
    desk.on("yanis 2", 4, "10:41", "note", text=words.NEIGHBOUR)
    desk.on("yanis 3", 2, "19:03", "open", kind=Kind.ACCESS)
    desk.on("thomas 3", 8, "09:15", "open", kind=Kind.OBJECTION, details={"purpose": "security"},
            about=words.NOT_MY_WORK)  # fmt: skip
    desk.on("martin 2", 6, "18:50", "open", kind=Kind.HUMAN_REVIEW,
            details={"decision": words.DECISION})  # fmt: skip
    desk.on("camille 4", 3, "21:05", "contest", first="camille 2", about=words.NOT_WRITTEN,
            details={"why": ["incomplete"]})  # fmt: skip
    desk.on("emily 3", 16, "10:12", "open", kind=Kind.RECTIFICATION,
            details={"what": "other", "should": "Carter-Byrne"})  # fmt: skip
    desk.on("hugo 3", 4, "15:30", "open", kind=Kind.PORTABILITY, by="sofia", channel=Channel.POST)
    excessive = {"ground": RefusalGround.EXCESSIVE, "evidence": words.TWICE_A_WEEK}
    desk.on("emily 2", 1, "16:00", "ask_to_refuse", **excessive)


def _just_now(desk: Desk) -> None:
    """What the worker is busy with when the demo starts, and will finish by itself."""
    now = desk.world.now
    ask = partial(desk.open, "thomas 2", kind=Kind.ERASURE, broken="mail", patience=2)
    approve = partial(desk.approve, "hugo 2", gaps=True, patience=2)
    desk.moments.append(Moment(now - timedelta(minutes=9), ask))
    desk.moments.append(Moment(now - timedelta(minutes=8), approve))
