"""Object storage: files by the person's keys, never those of others; with their versions."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from dsar import actions
from dsar.sources import base
from dsar.sources import storage as storage_source
from tests.dsar.outside_worlds import describe, problems
from tests.dsar.worlds import Ask, unpack, verify, work

PATHS = """
storage: archive
paths: ["users/{uid}/", "exports/{email_sha256}/*.pdf", "inbox/{email}/"]
"""


class Bucket(InMemoryStorage):
    """A storage that keeps versions, as one of django-storages for S3 does."""

    location = "tenant"

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.kept: list[Any] = []
        self.bucket = SimpleNamespace(object_versions=self)

    def filter(self, Prefix: str) -> list[Any]:  # noqa: N803 - boto3's word
        """Return the versions of objects that begin so."""
        return [one for one in self.kept if one.object_key.startswith(Prefix)]

    def _save(self, name: str, content: Any) -> str:
        saved = str(super()._save(name, content))  # type: ignore[misc]
        self._keep(saved)
        return saved

    def delete(self, name: str) -> None:
        """Leave a mark of deletion, and every version."""
        super().delete(name)
        self._keep(name)

    def _keep(self, name: str) -> None:
        version = SimpleNamespace(object_key=f"tenant/{name}")
        version.delete = lambda: self.kept.remove(version)
        self.kept.append(version)


@pytest.fixture(params=["folder", "bucket"])
def archive(request: Any, settings: Any, tmp_path: Path) -> Iterator[Any]:
    backend = {
        "folder": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "archive")},
        },
        "bucket": {"BACKEND": f"{__name__}.Bucket"},
    }[request.param]
    settings.STORAGES = settings.STORAGES | {"archive": backend}
    settings.STEP_BACKOFF_SECONDS = []
    describe(settings, tmp_path / "sources", "storage", PATHS, slug="files")
    yield storages["archive"]
    base.registered.cache_clear()


def fill(archive: Any, *people: User) -> None:
    for person in people:
        digest = hashlib.sha256((person.email or "").encode()).hexdigest()
        for name in (
            f"users/{person.uid}/a/b/photo.png",
            f"users/{person.uid}/note.txt",
            f"exports/{digest}/one.pdf",
            f"exports/{digest}/two.csv",
            f"inbox/{person.email}/letter.eml",
            f"inbox/{person.email}x/other.eml",
        ):
            archive.save(name, ContentFile(f"{person.email} {name}".encode()))


@pytest.mark.django_db
def test_every_file_of_the_person_is_given_as_it_is(
    archive: Any, open_request: Ask, alice: User, bob: User
) -> None:
    fill(archive, alice, bob)
    copy = unpack(work(open_request()))
    given = [copy.read(name) for name in copy.namelist() if name.startswith("files/files/")]
    assert len(given) == 4
    assert all(content.startswith(b"alice@example.org ") for content in given)
    assert not any(b"two.csv" in content or b"orgx" in content for content in given)


@pytest.mark.django_db
def test_an_erasure_takes_every_version_and_nothing_else(
    archive: Any, open_request: Ask, alice: User, bob: User, sam: User
) -> None:
    fill(archive, alice, bob)
    archive.delete(f"inbox/{alice.email}/letter.eml")  # its version is still there, in a bucket
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    assert request.outcome == "fulfilled"
    item = request.items.get()
    assert (item.sentence, item.proven_at is not None) == ("erased", True)
    source: Any = base.registered()["files"]
    assert source.find(alice) == 0
    assert source.find(bob) == 4
    for version in getattr(archive, "kept", []):
        assert str(alice.uid) not in version.object_key
        assert f"{alice.email}/" not in version.object_key


@pytest.mark.django_db
def test_what_is_left_after_an_erasure_is_not_called_erased(
    archive: Any, open_request: Ask, alice: User, sam: User, monkeypatch: Any
) -> None:
    fill(archive, alice)
    monkeypatch.setattr(type(archive), "delete", lambda self, name: None)
    monkeypatch.setattr(storage_source, "_versions", lambda storage, place: iter(()))
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    assert request.steps.get(kind="prove").cause == "still_there"


@pytest.mark.django_db
def test_an_address_that_would_change_the_path_is_refused(
    archive: Any, open_request: Ask, alice: User
) -> None:
    verify("a/../../b@example.org", alice)
    step = work(open_request()).steps.get()
    assert (step.outcome, step.cause, step.next_action) == ("failed", "mapping", "correct")


@pytest.mark.django_db
def test_a_storage_that_is_down_is_a_cause_of_its_own(
    archive: Any, open_request: Ask, monkeypatch: Any
) -> None:
    def down(self: Any, path: str) -> Any:
        raise PermissionError("arn:aws:iam::secret")

    monkeypatch.setattr(type(archive), "listdir", down)
    assert work(open_request()).steps.get().cause == "refused"


@pytest.mark.parametrize(
    "pattern",
    [
        "users/", "users/*", "/users/{uid}/", "../{uid}/", "users/{name}/", "users/{uid",
        "users/{email}*/", "users/*{email}", "{uid}{email}/", "users//{uid}/", "a/**/{uid}/",
        "a\\\\{uid}/", "users/[a]{uid}/", "{}", "./{uid}/",
    ],
)  # fmt: skip
def test_a_pattern_that_could_reach_others_is_no_description(
    settings: Any, tmp_path: Path, pattern: str
) -> None:
    settings.STORAGES = settings.STORAGES | {"archive": settings.STORAGES["default"]}
    base.registered.cache_clear()
    with pytest.raises(AssertionError) as wrong:
        describe(
            settings,
            tmp_path / "x",
            "storage",
            f'storage: archive\npaths: ["{pattern}"]\n',
            "files",
        )
    assert "files.yaml:" in str(wrong.value)
    base.registered.cache_clear()


def test_keeping_names_a_ground_and_an_end(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {"archive": settings.STORAGES["default"]}
    with pytest.raises(AssertionError):
        describe(settings, tmp_path, "storage", PATHS + "on_erase: keep\n", "files")
    assert len(problems(tmp_path / "files.yaml")) == 1
    base.registered.cache_clear()


LETTERS = st.text(alphabet="ab./*[]?\\~ x", max_size=12)


@given(value=LETTERS, name=LETTERS)
@settings(max_examples=200, deadline=None)
def test_no_value_reaches_beyond_its_own_folder(value: str, name: str) -> None:
    """Whatever a value is: what lies there begins with it, as a folder of its own."""
    try:
        place = storage_source._filled("in/{email}/", "u", value)
    except base.SourceError:
        return
    if place.holds(f"in/{name}"):
        assert name.startswith(f"{value}/")
        assert ".." not in name.split("/")
