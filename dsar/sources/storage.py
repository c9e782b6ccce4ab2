"""Files in a storage of the operator's: a folder, or a bucket of an object storage (``STORAGES``).

Where a person's files lie is said by patterns with the person's keys, ``users/{uid}/`` or
``exports/{email_sha256}/*.pdf``. A pattern can never reach the files of somebody else: each names a
key, a key that is typed by people stands alone in its part of the path, and a value that would
change the path (a slash, two dots) is refused. A bucket that keeps versions is emptied of them too.
"""

import contextlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from django.core.files.storage import InvalidStorageError, Storage, storages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dsar.answers import GROUNDS
from dsar.durations import term
from dsar.grounds import Cause, ErasureGround, Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, OriginalFile, Proposal, Row, SourceError, Table
from dsar.sources.files import DescribedType
from dsar.sources.options import Options
from dsar.sources.problems import Problems
from dsar.sources.spec import Choice, Duration, Listed, Need, Option, Section, Text

KEY = re.compile(r"\{([a-z0-9_]*)\}")
# Always of the same length, so that no value is the beginning of another.
FIXED = frozenset({"uid", "email_sha256"})
KEYS = FIXED | {"email"}
WILD = re.compile(r"[*?\[\]]")
# A value that could lead out of its place, or mean something to a pattern or a file system.
NEVER_IN_A_VALUE = re.compile(r"[\x00-\x1f\x7f/\\*?\[\]]|^\.|\.$|\.\.")
MOST_FILES = 200_000


@dataclass(frozen=True)
class Place:
    """A pattern with a person's values: its parts, each a name or with wildcards."""

    parts: tuple[str, ...]
    deep: bool  # the pattern ends with a slash: everything below

    def holds(self, name: str) -> bool:
        """Whether a name, relative to the storage, lies there."""
        parts = name.split("/")
        if any(part in ("", ".", "..") for part in parts):
            return False
        enough = len(parts) > len(self.parts) if self.deep else len(parts) == len(self.parts)
        pairs = zip(parts, self.parts, strict=False)
        return enough and all(fnmatchcase(part, pattern) for part, pattern in pairs)

    @property
    def root(self) -> str:
        """The deepest folder without wildcards, with its slash."""
        plain: list[str] = []
        for part in self.parts if self.deep else self.parts[:-1]:
            if WILD.search(part.replace("[[]", "")):
                break
            plain.append(part)
        return "/".join(plain) + "/" if plain else ""


class StorageSource(DescribedType):
    """Files of the person in one storage."""

    @classmethod
    def schema(cls) -> Section:
        """Say which storage, where in it, and what becomes of the files in an erasure."""
        return Section(
            {
                "storage": Need(Text(most=60)),
                "paths": Need(Listed(Text(most=500), least=1, most=50)),
                "on_erase": Option(Choice(("delete", "keep")), "delete"),
                "ground": Option(Choice(("legal_duty", "legal_claims")), ""),
                "keep_for": Option(Duration(), ""),
            }
        )

    @classmethod
    def check(cls, options: Options, problems: Problems) -> None:
        """Note patterns that could reach others, and a keeping without ground or end."""
        for pattern in options["paths"]:
            words = wrong_with(pattern)
            if words:
                problems.add(options.line_of("paths"), words, pattern=pattern[:80])
        if options["storage"] not in storages.backends:
            words = gettext_lazy("STORAGES has no “%(name)s”.")
            problems.add(options.line_of("storage"), words, name=options["storage"])
        if options["on_erase"] == "keep" and not (options["ground"] and options["keep_for"]):
            words = gettext_lazy("What is kept needs a “ground” and “keep_for”, how long.")
            problems.add(options.line_of("on_erase"), words)

    def find(self, person: User) -> int:
        """Count the files."""
        return sum(1 for _name in self._names(person))

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every file as it is, streamed."""
        columns = (
            Column("name", _("File")),
            Column("size", _("Bytes")),
            Column("changed", _("Last changed")),
        )
        storage = self._storage()
        rows = (self._row(storage, name) for name in self._names(person))
        yield Table("files", str(self.label), _("Files as they lie there."), columns, rows)

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Propose the same for all of them."""
        amount = sum(1 for _one in self._names(person, versions=True))
        if not amount:
            return
        label = str(self.label)[:300]
        if self.options["on_erase"] == "keep":
            until = term(self.options["keep_for"]).after(timezone.localdate())
            yield Proposal(
                "files", Decision.KEEP, Sentence.ELSEWHERE_KEPT, label=label, amount=amount,
                ground=GROUNDS[self.options["ground"]], until=until,
            )  # fmt: skip
        else:
            yield Proposal(
                "files", Decision.ERASE, Sentence.ERASED, label=label, amount=amount,
                ground=ErasureGround.NOT_NEEDED,
            )  # fmt: skip

    def erase(self, person: User, item: ErasureItem) -> None:
        """Delete them, with every version."""
        if item.decision == Decision.ERASE:
            self.end(person, item)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether a new listing finds none, in no version."""
        return item.stays or not any(True for _one in self._names(person, versions=True))

    def end(self, person: User, item: ErasureItem) -> None:
        """Delete them, with every version."""
        storage = self._storage()
        with _failing():
            for name in list(self._names(person)):
                storage.delete(name)
            for place in self._places(person):
                for version in _versions(storage, place):
                    version.delete()

    def _names(self, person: User, *, versions: bool = False) -> Iterator[str]:
        """Yield each file of the person once, relative to the storage."""
        storage, seen = self._storage(), set()
        for place in self._places(person):
            with _failing():
                for name in _listed(storage, place.root):
                    if place.holds(name) and name not in seen:
                        seen.add(name)
                        yield name
                for version in _versions(storage, place) if versions else ():
                    name = _name_of(storage, version)
                    if name not in seen:
                        seen.add(name)
                        yield name
            if len(seen) > MOST_FILES:
                raise SourceError(Cause.TOO_LARGE)

    def _places(self, person: User) -> list[Place]:
        known = {person.email, *person.addresses.values_list("email", flat=True)}
        emails = sorted(email for email in known if email)
        places = []
        for pattern in self.options["paths"]:
            uses_email = "email" in pattern
            wanted = emails if uses_email else [""]
            places += [_filled(pattern, str(person.uid), email) for email in wanted]
        return places

    def _storage(self) -> Storage:
        try:
            return storages[self.options["storage"]]
        except InvalidStorageError:
            raise SourceError(Cause.NOT_CONFIGURED) from None

    def _row(self, storage: Storage, name: str) -> Row:
        with _failing():
            values: dict[str, Any] = {"name": name, "size": storage.size(name), "changed": None}
            with contextlib.suppress(NotImplementedError):  # not every storage knows
                values["changed"] = storage.get_modified_time(name)
        return Row(values, files=(OriginalFile(name, lambda: storage.open(name)),))


def wrong_with(pattern: str) -> Any:
    """Return what is wrong with a pattern, None if nothing is."""
    parts = pattern.removesuffix("/").split("/")
    keys = KEY.findall(pattern)
    if not keys or any(key not in KEYS for key in keys) or re.search(r"[{}]", KEY.sub("", pattern)):
        return gettext_lazy(
            "“%(pattern)s” must name a key of the person: {uid}, {email} or {email_sha256}."
        )
    if any(part in ("", ".", "..") or "\\" in part for part in parts) or "[" in pattern:
        return gettext_lazy("“%(pattern)s” is no path within the storage.")
    if any(re.search(r"\*\*", part) for part in parts):
        return gettext_lazy("“%(pattern)s”: end with a slash to mean everything below.")
    for part in parts:
        typed = set(KEY.findall(part)) - FIXED
        if (typed and WILD.search(part)) or re.search(r"\}\{", part):
            return gettext_lazy(
                "“%(pattern)s”: beside {email} no wildcard may stand, or it would fit the"
                " addresses of others, too."
            )
    return None


def _filled(pattern: str, uid: str, email: str) -> Place:
    """Return where a person's files are. Raises SourceError for a value that is no name."""
    values = {
        "uid": uid,
        "email": email,
        "email_sha256": sha256(email.encode()).hexdigest(),
    }
    parts = []
    for part in pattern.removesuffix("/").split("/"):
        if any(NEVER_IN_A_VALUE.search(values[key]) for key in KEY.findall(part)):
            raise SourceError(Cause.MAPPING, final=True)
        parts.append(KEY.sub(lambda found: values[found[1]], part))
    return Place(tuple(parts), deep=pattern.endswith("/"))


def _listed(storage: Storage, folder: str) -> Iterator[str]:
    """Yield every file below a folder; one that is not there has none."""
    try:
        folders, files = storage.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in files:
        if name:  # the mark of an empty folder in a bucket
            yield posixpath.join(folder, name)
    for name in folders:
        if name and name not in (".", ".."):
            yield from _listed(storage, posixpath.join(folder, name) + "/")


def _versions(storage: Any, place: Place) -> Iterator[Any]:
    """Yield every version and mark of deletion, where the storage is a bucket that keeps them.

    ``bucket.object_versions`` is that of boto3, as django-storages hands it out.
    """
    bucket = getattr(storage, "bucket", None)
    kept = getattr(bucket, "object_versions", None)
    if kept is None:
        return
    prefix = posixpath.join(getattr(storage, "location", "") or "", place.root).lstrip("/")
    for version in kept.filter(Prefix=prefix):
        if place.holds(_name_of(storage, version)):
            yield version


def _name_of(storage: Any, version: Any) -> str:
    location = (getattr(storage, "location", "") or "").strip("/")
    return str(version.object_key).removeprefix(f"{location}/" if location else "")


class _failing:  # noqa: N801 - used as a statement
    """Say in a code why a storage did not do what it was asked."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PermissionError):
            raise SourceError(Cause.REFUSED) from None
        # An object storage's client has errors of its own, which all carry a "response".
        if isinstance(error, OSError) or hasattr(error, "response"):
            raise SourceError(Cause.UNAVAILABLE) from None
