"""What a WSGI server serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from consent.starting import refuse_unless_safe  # noqa: E402 - models are there only now

refuse_unless_safe()
