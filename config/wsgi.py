import gc
import os

from django.core.wsgi import get_wsgi_application

from config.hygiene import hygienic

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = hygienic(get_wsgi_application())

# What is loaded by now stays: else each full collection walks through all of it, in the middle of somebody's request.
gc.collect()
gc.freeze()
