"""The web application, for gunicorn: `gunicorn lantern.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantern.settings")
application = get_wsgi_application()

from lantern.starting import refuse_to_start  # noqa: E402 -- settings come first

refuse_to_start()
