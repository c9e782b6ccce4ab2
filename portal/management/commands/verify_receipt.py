"""Check a receipt without the site: no database, no network."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.html import strip_tags

from consents import proofs
from consents.proofs import Finding, Verdict
from consents.queries import proof
from consents.queries.facts import Facts
from dsar.certified import explain_offline


class Command(BaseCommand):
    """``verify_receipt FILE [--keys FILE]``: says what the receipt proves; fails if nothing."""

    help = "Say what a receipt (JSON, PDF or seal) proves. Ends with an error if it proves nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file to check and the keys to trust."""
        parser.add_argument("file", type=Path, help="the receipt as downloaded")
        parser.add_argument(
            "--keys",
            "--jwks",
            type=Path,
            help="public keys to trust, as published at /.well-known/jwks.json",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the outcome in words."""
        keys = self._keys(options["keys"]) if options["keys"] else None
        finding = proofs.examine(self._read(options["file"]), jwks=keys)
        body = finding.body or {}
        other = explain_offline(body) if finding.verdict == Verdict.OTHER else None
        words = other or proof.VERDICTS[finding.verdict]
        if finding.verdict not in (Verdict.GENUINE, Verdict.OTHER):
            self._print_changes(finding)
            raise CommandError(f"{strip_tags(str(words.title))}. {words.meaning} {words.advice}")
        self.stdout.write(self.style.SUCCESS(f"{strip_tags(str(words.title))}. {words.meaning}"))
        if finding.body is not None and finding.is_receipt:
            self._print_facts(Facts(finding.body), finding)
        for label, value in other.facts if other else ():
            self.stdout.write(f"{label}: {value}")

    def _print_facts(self, facts: Facts, finding: Finding) -> None:
        text = "in the file, unchanged" if finding.text else "not in the file"
        for line in (
            strip_tags(facts.to_anybody),
            f"When: {facts.at.isoformat()}",
            f"About: {facts.scope} {facts.scope_id}".rstrip(),
            f"Who: {facts.chooser}",
            f"Text: version {facts.version}, {facts.language}, SHA-256 {facts.text_sha256}, {text}",
            f"Sealed: {facts.created.isoformat()} by {facts.controller}, key {finding.kid}",
        ):
            self.stdout.write(line)

    def _print_changes(self, finding: Finding) -> None:
        for change in proof.changes(finding):
            self.stdout.write(f"{change.pointer}: sealed {change.sealed!r}, shown {change.shown!r}")

    def _keys(self, file: Path) -> dict[str, Any]:
        try:
            keys = json.loads(self._read(file))
            listed = keys["keys"]
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{file} is not a JSON Web Key Set.") from error
        if not isinstance(listed, list) or not all(isinstance(key, dict) for key in listed):
            raise CommandError(f"{file} is not a JSON Web Key Set.")
        return dict(keys)

    def _read(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
