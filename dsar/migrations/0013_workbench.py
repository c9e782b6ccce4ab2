from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0012_erasure_deepened")]

    operations = []
