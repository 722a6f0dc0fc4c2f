"""The web application, for gunicorn: `gunicorn lantern.wsgi`."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantern.settings")
django.setup(set_prefix=False)

from lantern.lib.wire import Application  # noqa: E402 -- settings come first
from lantern.starting import refuse_to_start  # noqa: E402

application = Application()

refuse_to_start()

# What is loaded by now stays: the collector need not walk through all of it again while people wait.
gc.collect()
gc.freeze()
