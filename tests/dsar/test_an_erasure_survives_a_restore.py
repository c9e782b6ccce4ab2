"""A restore brings the erased back; the ledger, kept apart from the backup, erases them again."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import address_for, claim_address
from accounts.models import User
from consents.models import Document
from dsar import actions, certificates, ledger, replaying, volumes
from dsar.models import ErasureRecord, LedgerOutbox, LedgerVolume, SubjectRequest
from dsar.models.requests import Kind
from portal.lib.crypto import Unsealable
from portal.lib.models import OutgoingMail
from tests.dsar.restoring import back_up, needs_own_server, restore
from tests.dsar.worlds import make_document, make_life, make_person, work


def erase(person: User, by: User) -> SubjectRequest:
    """Have somebody erased, and the ledger carried out of the database."""
    asked = actions.open_request(Kind.ERASURE, person=person, by=person, language="en")
    done = work(actions.approve(work(asked), by=by))
    volumes.carry()
    return done


def replay(*arguments: str) -> str:
    out = StringIO()
    call_command("replay_erasures", *arguments, stdout=out)
    return out.getvalue()


def link_in_the_mail(address: str) -> str:
    mail = OutgoingMail.objects.get(to=address, template="dsar/erased")
    link = next(word for word in mail.text.split() if "/certificates/" in word)
    return link.rstrip("/").rpartition("/")[2]


@needs_own_server
@pytest.mark.django_db(transaction=True)
def test_who_was_erased_since_the_backup_is_erased_again_and_nobody_else(
    alice: User, bob: User, sam: User, dina: User, files: Path, tmp_path: Path
) -> None:
    documents = make_life(alice, bob)
    # Known by her address alone; she makes an account after the backup.
    carol = address_for("carol@example.org")
    make_document("carols", carol, status="declined", completed_at=None)
    held = make_person("held")
    hold = actions.place_hold(
        held, by=dina, reason="a dispute", review_on=timezone.localdate() + timedelta(days=30)
    )
    dump = back_up(files, tmp_path / "backup")

    erase(alice, sam)
    token = link_in_the_mail("alice@example.org")
    carols = User.objects.create_user("carol@example.org")
    claim_address("carol@example.org", person=carols)
    erase(carols, sam)
    actions.lift_hold(hold, by=dina)
    erase(held, sam)
    dora = make_person("dora")  # nothing of her is in the backup
    erase(dora, sam)

    restore(dump, files, tmp_path / "backup")
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert default_storage.exists(str(documents["draft"].file.name))
    in_nine_days = timezone.localdate() + timedelta(days=9)
    actions.place_hold(bob, by=dina, reason="another", review_on=in_nine_days)
    with pytest.raises(volumes.LedgerAhead):
        volumes.carry()

    # Somebody new gets the numbers, and even the address, that an erased person had.
    carry_on_counting_from(dora.pk - 1)
    nina = make_person("dora")
    assert nina.pk == dora.pk
    hers = make_document("ninas", nina)

    assert "3 people would be erased again" in replay("--dry-run")
    assert User.objects.filter(email="alice@example.org").exists()

    said = replay()
    assert "3 people were there again; erased: 3." in said
    for email in ("alice@example.org", "held@example.org", "carol@example.org"):
        assert not User.objects.filter(email=email).exists()
    assert (
        not OutgoingMail.objects.exclude(template="dsar/received")
        .filter(attempts=0)
        .filter(to="alice@example.org")
        .exists()
    )
    assert Document.objects.get(reference="carols").title == ""
    gone, kept = documents["draft"], documents["own"]
    assert not default_storage.exists(str(gone.file.name))
    kept.refresh_from_db()
    assert kept.restricted_at is not None
    nina.refresh_from_db()
    assert (nina.email, nina.is_active) == ("dora@example.org", True)
    assert Document.objects.visible_to(nina).get() == hers
    assert default_storage.exists(str(hers.file.name))
    assert Document.objects.visible_to(bob).filter(reference="shared").exists()

    # The link that the person was sent long ago opens the new certificate.
    again = certificates.by_token(token)
    assert again is not None
    assert again.request.events.filter(code="replayed").exists()

    assert "0 people were there again" in replay()
    volumes.carry()
    assert not LedgerOutbox.objects.exists()


def carry_on_counting_from(number: int) -> None:
    """Let the database give the next person the number after this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), %s)", [number])


@pytest.mark.django_db
def test_the_ledger_holds_hashes_and_codes_only(alice: User, bob: User, sam: User) -> None:
    documents = make_life(alice, bob)
    erase(alice, sam)
    names = [one.title for one in documents.values()] + [
        one.reference for one in documents.values()
    ]
    for line in ErasureRecord.objects.all():
        text = repr(vars(volumes.as_line(line))).lower()
        known = [one for one in (*names, "alice@", str(alice.uid)) if len(one) > 5]
        assert not [name for name in known if name.lower() in text]
    with volumes.storage().open(volumes.name_of(1)) as file:
        assert b"item" not in file.read()


@pytest.mark.django_db
def test_the_ledger_is_never_edited(alice: User, sam: User) -> None:
    erase(alice, sam)
    with pytest.raises(IntegrityError), transaction.atomic():
        ErasureRecord.objects.update(request="")


@pytest.mark.django_db
def test_a_volume_that_was_changed_or_taken_away_is_noticed(
    alice: User, bob: User, sam: User
) -> None:
    erase(alice, sam)
    erase(bob, sam)
    assert LedgerVolume.objects.count() == 2
    place = Path(volumes.storage().path(""))
    first, second = (place / volumes.name_of(number) for number in (1, 2))
    whole = first.read_bytes()
    first.unlink()
    with pytest.raises(CommandError, match="hole"):
        replay("--file", str(place))
    first.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(CommandError, match="changed"):
        replay("--file", str(place))
    first.write_bytes(whole)
    second.unlink()
    with pytest.raises(CommandError, match="hole"):
        replay()
    assert "0 people" in replay("--file", str(first))


@pytest.mark.django_db
def test_a_worker_that_dies_after_writing_a_volume_leaves_no_hole(
    alice: User, bob: User, sam: User
) -> None:
    erase(alice, sam)
    LedgerVolume.objects.all().delete()  # the file is there, its row was never written
    for record in ErasureRecord.objects.all():
        LedgerOutbox.objects.create(record=record)
    erase(bob, sam)
    assert [one.number for one in LedgerVolume.objects.order_by("number")] == [1, 2]
    assert len(list(volumes.numbers())) == 2
    assert not LedgerOutbox.objects.exists()


@pytest.mark.django_db
def test_a_former_secret_still_recognises_what_it_hashed(
    alice: User, sam: User, settings: Any
) -> None:
    erase(alice, sam)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of fifty characters and a little more"
    assert ErasureRecord.objects.filter(subject__in=ledger.hashes_of("person", alice.uid)).exists()
    assert replaying.replay(dry_run=True).volumes == 1
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Unsealable):
        replaying.replay(dry_run=True)
