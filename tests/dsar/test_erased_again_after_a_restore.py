"""A restore brings the erased back; the ledger, kept apart from the backup, erases them again."""

import os
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import Address, User
from consents.models import Document, Party
from dsar import actions, ledger, replaying, tasks_erasure
from dsar.models import ErasureRecord, Hold, LedgerOutbox, SubjectRequest
from dsar.models.requests import Kind
from portal.demo import place, postgres
from tests import environment
from tests.dsar.worlds import make_document, make_life, make_person, make_staff, work


def run(program: str, *arguments: str) -> None:
    cluster = postgres._cluster(environment.SERVER, create=False)
    result = place.run_as(
        [
            str(cluster.bin / program),
            "-h",
            str(connection.settings_dict["HOST"]),
            "-U",
            str(connection.settings_dict["USER"]),
            *arguments,
        ],
        cluster.account,
    )
    assert result.returncode == 0, result.stderr
