"""Signals of browsers and uploaders."""

from django.db import migrations, models
from django.db.models import Q

# Installations that loaded the catalogue before: marketing heeds the signal there too, from now on.
# It can only refuse; nothing is switched on.
HEED = """
UPDATE consents_purpose SET honours_gpc = true
WHERE slug = 'marketing' AND control IN ('consent', 'objection') AND NOT is_ai_training
"""


class Migration(migrations.Migration):
    dependencies = [("consents", "0012_links")]

    operations = [
        migrations.AddConstraint(
            model_name="purpose",
            constraint=models.CheckConstraint(
                name="purpose_training_heeds_no_signal",
                condition=Q(is_ai_training=False) | Q(honours_gpc=False),
            ),
        ),
        migrations.RunSQL(HEED, migrations.RunSQL.noop),
    ]
