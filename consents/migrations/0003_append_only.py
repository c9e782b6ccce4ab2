"""Invariant 1: these tables only grow."""

from django.db import migrations

from portal.lib.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("consents", "0002_uses_by_month"), ("kernel", "0001_append_only")]

    operations = [
        forbid_changes("consents_purposeversion"),
        forbid_changes("consents_use"),
        forbid_changes("consents_choiceevent"),
        forbid_changes("consents_contractclause"),
        forbid_changes("consents_receipt"),
        forbid_changes("consents_permitanswer"),
    ]
