import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.hygiene import hygienic
from config.settled import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = hygienic(get_wsgi_application())

# All pages are loaded now, not while somebody waits for the first one.
for urls in (settings.ROOT_URLCONF, settings.ACCOUNT_URLCONF):
    _ = get_resolver(urls).url_patterns

settle()
