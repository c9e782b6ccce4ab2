"""Copies handed over in the past: their keys are destroyed by now, but for those of this month."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from dsar import office
from dsar.models import Package, RequestEvent, Step, SubjectRequest
from dsar.packages import FOLDER
from dsar.states import Status
from portal.demo.sample.past.drawing import Asked
from portal.lib import crypto

if TYPE_CHECKING:
    from portal.demo.sample.past.life import Life

Code = RequestEvent.Code


def hand_over(
    life: "Life", asked: Asked, request: SubjectRequest, at: datetime, *, gap: str = ""
) -> None:
    """Make the copy at ``at`` and answer with it a second later; most people download it."""
    rows, until = life.rows, at + timedelta(days=office.PACKAGE_DAYS.now())
    content = _content(request)
    digest = sha256(content).hexdigest()
    package = Package(
        request=request, name=f"{FOLDER}/{request.uid}/past", size=len(content), files=1,
        sha256=digest, manifest_sha256=digest, made_at=at, expires_at=until,
    )  # fmt: skip
    rows.packages.append(package)
    rows.note(request, at, Code.PACKAGED, files=1, size=package.size, until=until.isoformat())
    # The package is made in the second after; its step ends with it.
    life.steps(request, Step.Kind.PACKAGE, [""], at - timedelta(seconds=2))
    answered = at + timedelta(seconds=1)
    rows.note(request, answered, Code.ANSWERED, new=Status.ANSWERED, outcome=asked.outcome,
              gaps=[gap] if gap else [])  # fmt: skip
    taken = answered + timedelta(hours=life.dice.randint(1, 40))
    if taken < life.world.now and life.dice.random() < 0.85:
        package.downloads = 1
        rows.note(request, taken, Code.LINKED, by=request.person)
        rows.note(request, taken, Code.DOWNLOADED, by=request.person)
    if until < life.world.now:
        package.destroyed_at = until
        rows.note(request, until, Code.PACKAGE_DESTROYED)
    else:
        package.reminded_at = at  # nobody is written to about a copy of the sample
        _seal(package, content)


def _content(request: SubjectRequest) -> bytes:
    person, packed = request.person, BytesIO()
    fields = {"email": person.email, "name": person.name, "country": request.country}
    with ZipFile(packed, "w") as archive:
        archive.writestr("account.json", json.dumps(fields, ensure_ascii=False))
    return packed.getvalue()


def _seal(package: Package, content: bytes) -> None:
    key, sealed = crypto.new_key(), BytesIO()
    writer = crypto.SealingWriter(sealed, key)
    writer.write(content)
    writer.close()
    package.key = crypto.wrap(key)
    package.name = default_storage.save(package.name, ContentFile(sealed.getvalue()))
