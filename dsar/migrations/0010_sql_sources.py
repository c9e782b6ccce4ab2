import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dsar", "0009_outside")]

    operations = [
        migrations.CreateModel(
            name="SourceTrail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=60)),
                ("place", models.CharField(max_length=60)),
                ("keys", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trails",
                        to="dsar.subjectrequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "source", "place", "digest"), name="trail_once"
                    )
                ],
            },
        ),
        migrations.AlterField(
            model_name="erasureitem",
            name="sentence",
            field=models.CharField(
                choices=[
                    ("erased", "Erased. It is no longer needed."),
                    ("only_yours", "Erased. Nobody else has signed it or is waiting to."),
                    (
                        "emptied",
                        "Your name, address and settings are erased. An empty entry with a number remains.",
                    ),
                    (
                        "addresses",
                        "Your e-mail addresses are erased, here and wherever they were used to sign in.",
                    ),
                    (
                        "contract_of_others",
                        "Kept for the other parties, who rely on it as proof. It leaves your space, and your part in it is used for nothing else.",
                    ),
                    (
                        "contract_proof",
                        "Kept locked away as proof of the contract: no search, no AI, no look by support.",
                    ),
                    (
                        "waiting_for_others",
                        "Removed from your space. The other parties keep it: they sent it or wait to sign.",
                    ),
                    (
                        "uses",
                        "What your documents were used for remains as numbers, without your name or address.",
                    ),
                    (
                        "choices",
                        "Your choices remain as proof that they were obeyed, without your name or address. AI training stays refused.",
                    ),
                    (
                        "announcements",
                        "That you were told of changes remains as dates and numbers, without you.",
                    ),
                    (
                        "answers",
                        "Answers given about your documents remain as numbers, without you.",
                    ),
                    (
                        "clauses",
                        "That a contract was accepted for an organisation remains, without your name.",
                    ),
                    (
                        "requests",
                        "The proof that we answered you is kept: dates, decisions and this certificate.",
                    ),
                    (
                        "messages",
                        "What you wrote to us, and we to you, about your requests is erased.",
                    ),
                    (
                        "looks",
                        "Which of our staff opened your file is kept to answer for it, without your name.",
                    ),
                    (
                        "last_mail",
                        "The last message to you is kept until it is delivered, then its address is erased.",
                    ),
                    ("staff_acts", "What you did here as our staff remains, without your name."),
                    (
                        "elsewhere_erased",
                        "Erased there. Who holds it has confirmed it, and found nothing in a new search.",
                    ),
                    (
                        "elsewhere_kept",
                        "Kept there by who holds it, for the reason and until the day that are named here.",
                    ),
                    (
                        "elsewhere_asked",
                        "We ask who holds it to erase it. The certificate says what was answered.",
                    ),
                    ("elsewhere_nothing", "Nothing about you was found there."),
                    (
                        "signing_purged",
                        "Erased at the signing service, which keeps it in a queue for 14 days before.",
                    ),
                    (
                        "signing_trail",
                        "The record of who signed what and when remains at the signing service, as proof.",
                    ),
                    (
                        "unnamed",
                        "What names you is taken out. The entry itself remains, without you.",
                    ),
                    (
                        "kept_elsewhere",
                        "Kept for the reason named until its day, used for nothing else, then erased.",
                    ),
                    (
                        "kept_by_decision",
                        "Kept locked away because our staff decided so; the reason stands beside it.",
                    ),
                    (
                        "erased_by_decision",
                        "Erased. Two of our staff decided that it is not needed as proof.",
                    ),
                    ("held", "Kept because of a dispute under way. It is erased when that ends."),
                ],
                max_length=20,
            ),
        ),
    ]
