"""Reading the figures of a page, and how many rows a link leads to."""

import html
import re
from urllib.parse import urljoin

from django.test import Client

FIGURE = re.compile(r'<(a|strong|span|td)([^>]*) data-figure="([\w:-]+)"[^>]*>\s*([^<]*?)\s*<')
# What names the thing that a figure is about, on the row around it.
OWNER = re.compile(r'data-(?:system|opt-outs|purpose|source)="([\w-]+)"')
# What begins a row of the lists.
ROWS = {
    "/staff/": "<tr data-row>",
    "/staff/outbox/": '<th scope="row">',
    "/staff/deliveries/": '<th scope="row"><code>',
    "/dashboard/standing/": '<th scope="row"><time',
    "/dashboard/canaries/": '<th scope="row"><time',
    "/dashboard/trends/": '<th scope="row"><time',
}


class Page:
    """A page of the dashboard, its figures by name: ``unconfirmed:search`` in a table."""

    def __init__(self, client: Client, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200, answer.status_code
        self.text = answer.text
        self.figures: dict[str, tuple[str, str]] = {}
        for found in FIGURE.finditer(self.text):
            link = re.search(r'href="([^"]+)"', found[2])
            self.figures[self._name(found)] = (html.unescape(link[1]) if link else "", found[4])

    def _name(self, found: re.Match[str]) -> str:
        row = self.text.rfind("<tr", 0, found.start())
        ended = self.text.rfind("</tr>", 0, found.start())
        owner = OWNER.search(self.text[row : self.text.find(">", row)]) if row > ended else None
        return f"{found[3]}:{owner[1]}" if owner else found[3]

    def text_of(self, figure: str) -> str:
        """Return what stands there."""
        return self.figures[figure][1]

    def number(self, figure: str) -> int:
        """Return the figure as a number."""
        return int(re.sub(r"[^\d-]", "", self.text_of(figure)))

    def link(self, figure: str) -> str:
        """Return where its rows are."""
        return self.figures[figure][0]

    def part(self, begins: str, ends: str) -> str:
        """Return what stands between two texts."""
        start = self.text.index(begins)
        return self.text[start : self.text.index(ends, start)]


def rows_behind(client: Client, link: str) -> int:
    """Count the rows of a list, through all of its pages."""
    path = link.partition("?")[0]
    mark = next(ROWS[one] for one in sorted(ROWS, key=len, reverse=True) if path.startswith(one))
    counted = 0
    for _page in range(100):
        answer = client.get(link)
        assert answer.status_code == 200, link
        body = answer.text.partition('id="open"')[2] if "deliveries" in path else answer.text
        counted += body.count(mark)
        further = re.search(r'rel="next" href="([^"]+)"', answer.text)
        if not further:
            return counted
        link = urljoin(path, html.unescape(further[1]))
    raise AssertionError("the list has no end")
