"""The yardstick's server: Django and REST framework as one starts with them, no middleware, no login, no tenants."""

from config import environment as env

SECRET_KEY = "yardstick"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.bench.bare.urls"
WSGI_APPLICATION = "tests.bench.bare.wsgi.application"
INSTALLED_APPS = ["rest_framework", "tests.bench.bare"]
MIDDLEWARE: list[str] = []
DATABASES = {"default": env.database(env.text("DATABASE_URL")) | {"CONN_MAX_AGE": 60}}
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "UNAUTHENTICATED_USER": None,
}
