"""A reader of robots.txt as a crawler would be: RFC 9309 and AIPREF attach-05, prefixes only."""

from collections.abc import Iterator

from portal.lib import aipref
from portal.lib.aipref import TRAIN_AI, Preference

Line = tuple[str, str]


def preference(text: str, agent: str, path: str) -> Preference | None:
    """Return what the file says of AI training at a path; None where crawling is not allowed."""
    groups = dict(_groups(text))
    lines = groups.get(agent.lower(), groups.get("*", []))
    if not _may_crawl(lines, path):
        return None
    usages = [_usage(value) for name, value in lines if name == "content-usage"]
    matching = [(where, said) for where, said in usages if path.startswith(where)]
    if not matching:
        return Preference.UNKNOWN
    longest = max(len(where) for where, _said in matching)
    said = [aipref.parse(one) for where, one in matching if len(where) == longest]
    return aipref.combine(said)[TRAIN_AI]


def _groups(text: str) -> Iterator[tuple[str, list[Line]]]:
    agents: list[str] = []
    lines: list[Line] = []
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            if lines:
                yield from ((agent, lines) for agent in agents)
                agents, lines = [], []
            agents.append(value.lower())
        else:
            lines.append((name, value))
    yield from ((agent, lines) for agent in agents)


def _may_crawl(lines: list[Line], path: str) -> bool:
    rules = [(len(value), name == "allow") for name, value in lines
             if name in ("allow", "disallow") and value and path.startswith(value)]  # fmt: skip
    return max(rules, default=(0, True))[1]


def _usage(value: str) -> tuple[str, str]:
    """Return the path and the statement; a path is there if the first character is a slash."""
    if not value.startswith("/"):
        return "", value
    where, _space, said = value.partition(" ")
    return where, said.strip()
