"""How gunicorn serves Regard, in the demo as in production: ``gunicorn -c portal/gunicorn.py``.

docs/adr/0009 says why gunicorn, and docs/operations.md what stands in front of it.
"""

import os

wsgi_app = "portal.wsgi"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 20
keepalive = 5
# A process that has served long is replaced: what a library leaks does not add up.
max_requests = 5000
max_requests_jitter = 500
# Another way in, with nobody to use it.
control_socket_disable = True
