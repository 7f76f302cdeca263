"""The WSGI entry for `web.front`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aanchal.settings")
application = get_wsgi_application()
