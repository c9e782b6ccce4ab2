"""Invariant 1: what happened to a request is never edited."""

from django.db import migrations

from portal.lib.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("dsar", "0001_initial"), ("kernel", "0001_append_only")]

    operations = [forbid_changes("dsar_requestevent")]
