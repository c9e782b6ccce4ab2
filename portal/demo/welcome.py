"""What the demo says once it runs."""

import json

from portal.demo import state

HEADINGS = ("Who", "E-mail", "Password", "Second factor")


def welcome(*, healthy: bool) -> str:
    """Return the address, and who can sign in with what."""
    demo = json.loads((state.directory() / "demo.json").read_text())
    rows = [HEADINGS]
    for role, person in demo["people"].items():
        # A code lives for half a minute: where to get one, instead.
        second = "make codes" if person.get("totp_secret") else "–"
        rows.append((role, person["email"], person["password"], second))
    lines = [
        "",
        f"Regard runs at {demo['url']}/",
        f"Its mail arrives at {demo['url']}/demo/mail/",
        "",
        *_table(rows),
        "",
        f"For scripts: {state.directory() / 'demo.json'}",
        f"Logs: {state.directory() / 'log'}",
        "Stop with Ctrl-C.",
        "",
    ]
    if not healthy:
        lines.insert(0, "\nNot everything runs yet: /healthz says what, the logs say why.")
    return "\n".join(lines)


def _table(rows: list[tuple[str, str, str, str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
