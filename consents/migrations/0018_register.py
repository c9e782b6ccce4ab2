"""The register of processing (art. 30 GDPR)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('consents', '0017_objections_of_addresses'), ('accounts', '0005_changes')]

    operations = []
