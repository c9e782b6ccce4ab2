from django.db import migrations

from portal.lib.append_only import FUNCTION


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [FUNCTION]
