"""The WSGI entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()

# Before the first person waits for a document: see there.
from portal.lib import painting  # noqa: E402, F401 - the settings have to be loaded first
