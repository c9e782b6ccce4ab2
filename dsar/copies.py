"""What stands in a copy, in which order: pages, data, originals, index, manifest, signature."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from dsar import contents, parts
from dsar.archive import Archive
from dsar.masks import NeverDisclose, mask_for
from dsar.models import Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.redaction.applying import Decisions, decisions_of
from dsar.redaction.screening import skip
from dsar.sources.base import label_of
from dsar.wordindex import WordIndex
from portal.lib import crypto, keys
from portal.lib.canonical import canonical_json
from portal.lib.office.contacts import controller

FORMAT = "regard-copy/1"


class Copy:
    """Writes one copy into an archive. It holds names and numbers, never the data itself."""

    def __init__(self, archive: Archive, request: SubjectRequest, at: datetime) -> None:
        self._archive, self._request, self._at = archive, request, at
        self._found = list(request.steps.filter(kind=Step.Kind.COLLECT))
        self._slugs = contents.unique_slugs(self._found)
        self._words = WordIndex()
        self._redactions: list[dict[str, Any]] = []

    def write(self) -> str:
        """Write everything; return the SHA-256 of the manifest.

        Raises:
            SourceError: something that was to be blacked out could not be.
        """
        try:
            self._write_all()
        finally:
            self._words.close()
        return self._close()

    def _write_all(self) -> None:
        add, request = self._archive.add, self._request
        add("index.html", contents.index(request, self._found, self._at))
        add("style.css", contents.style())
        add("verify.html", contents.verify_page(request))
        add("schema.json", contents.schema())
        for step in self._found:
            if step.part:
                self._write_part(step)
        if request.kind != Kind.PORTABILITY:
            add("search.html", contents.search_page(request))
            for name, chunks in self._words.files():
                add(name, chunks)

    def _write_part(self, step: Step) -> None:
        """Write each table of a part for a human eye, a program and a sheet; then its files.

        The part is read once for each: cheaper than to hold a table, however large it is.
        """
        decided, whole = decisions_of(step), set[str]()
        for write in self._writers():
            for head, rows in self._tables(step, decided, whole):
                for name, chunks in write(self._request, step, head, rows):
                    self._archive.add(name, chunks)
        for slug, places in decided.in_texts().items():
            decided.note(f"data/{self._slugs[step.pk, slug]}.json", places)
        for name, blocks in parts.files(step.part, _keys(step)):
            # One that is in no row broke off while it was copied, or is not given.
            if name in whole:
                self._archive.add(name, decided.file(name, blocks))
            else:
                skip(blocks)
        self._redactions += decided.done

    def _writers(self) -> list[Callable[..., contents.Files]]:
        """Return what is made of each table; what is taken elsewhere is for programs."""
        for_programs = [contents.json_file, contents.csv_file]
        if self._request.kind == Kind.PORTABILITY:
            return for_programs
        return [partial(contents.pages, words=self._words), *for_programs]

    def _tables(
        self, step: Step, decided: Decisions, whole: set[str]
    ) -> Iterator[tuple[contents.Head, contents.Rows]]:
        """Yield the tables as they are given; ``whole`` learns the names of the files in them."""
        amounts = {table["slug"]: table["rows"] for table in step.tables}
        for head, rows in parts.tables(step.part, _keys(step)):
            own = head["slug"]
            told = {"slug": self._slugs[step.pk, own], "rows": amounts[own]}
            yield head | told, _given(own, rows, decided, whole)

    def _close(self) -> str:
        """Write the manifest and its signature, and end the zip."""
        request = self._request
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "controller": controller()["name"],
            "request": request.reference,
            "made_at": self._at.isoformat(),
            "law": request.regime,
            "files": self._archive.entries.copy(),
            "redactions": self._redactions,
            "gaps": [str(label_of(step.source)) for step in self._found if step.is_gap],
            "never_disclosed": isinstance(mask_for(request), NeverDisclose),
        }
        payload = canonical_json(manifest)
        sha256 = self._archive.add("manifest.json", [payload])
        self._archive.add("manifest.jws", [keys.sign(payload).encode()])
        self._archive.close()
        return sha256


def _given(slug: str, rows: contents.Rows, decided: Decisions, whole: set[str]) -> contents.Rows:
    for number, row in enumerate(rows):
        given = decided.row(slug, number, row)
        whole.update(given["files"])
        yield given


def _keys(step: Step) -> bytes:
    return crypto.unwrap(bytes(step.part_key or b""))
