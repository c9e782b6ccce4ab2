"""``manage.py seed``: the sample data of the demo."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.demo.handover import write_demo_json
from portal.demo.sample import billing, obeying
from portal.demo.sample.load import is_loaded, load


class Command(BaseCommand):
    """Load the sample once; a second call only writes demo.json again."""

    help = "Load the demo’s sample data, unless it is there, and write .regard/demo.json."

    def handle(self, **options: object) -> None:
        """Load, and say where the credentials are.

        Raises:
            CommandError: this is no demo. Sample people would be strangers among real ones.
        """
        if not settings.DEMO:
            raise CommandError("Sample data belongs in a demo only (REGARD_DEMO=1).")
        billing.make(settings.STATE_DIR / "billing.sqlite", timezone.localdate())
        if not is_loaded():
            load(self.stdout.write)
        obeying.point_to(settings.SITE_URL)
        file = write_demo_json(settings.SITE_URL)
        self.stdout.write(f"Who can sign in with what: {file}")
