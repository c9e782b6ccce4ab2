from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0010_sql_sources")]

    operations = []
