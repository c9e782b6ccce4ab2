from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_mail_due_and_expiry")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "name",
                    models.CharField(max_length=20, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
