from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0006_request_engine")]

    operations = []
