"""Settings of every process. What differs between machines comes from the environment (docs/operations.md)."""

from pathlib import Path

from config import bucket, logs
from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("TOLLGATE_DATA", str(BASE_DIR / "var")))

SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")  # former ones: still read, never written with
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000")  # in links of mails
LIVE_URL = env.text("LIVE_URL", "")  # origin of the live process; empty: the same as the pages
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# TOLLGATE_ROLE names the database role this process runs as: app (web, live), worker (worker, pump) or owner (migrate).
PROCESS_ROLE = env.text("TOLLGATE_ROLE", "app")
DATABASES = {
    "default": env.database(env.text("DATABASE_URL"))
    | {"CONN_MAX_AGE": env.number("CONN_MAX_AGE", 60), "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
}
# host:port of private addresses that outgoing requests may reach all the same (events/outgoing.py); none by default.
OUTGOING_PRIVATE_HOSTS = env.words("OUTGOING_PRIVATE_HOSTS")
REDIS_URL = env.text("REDIS_URL", "redis://localhost:6379/0")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_filters",
    "django_prometheus",
    # Both with loaders named by hand: with their automatic configs cotton stops compiling without a word.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "tenancy",
    "events",
    "accounts",
    "leads",
    "scoring",
    "routing",
    "pipeline",
    "followups",
    "reports",
    "workspace",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.logs.RequestLog",
    "django.middleware.common.CommonMiddleware",
    "accounts.middleware.KeyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.AccountMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
ACCOUNT_URLCONF = "config.account_urls"  # what stands behind /<account-slug>/
WSGI_APPLICATION = "config.wsgi.application"
FLOW = "config.flow.FLOW"
CELERY_APP = "config.celery.app"

_loaders = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _loaders)])],
            "builtins": ["django_cotton.templatetags.cotton", "template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "workspace.frame.frame",
            ],
        },
    }
]
COTTON_DIR = "components"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sessions.Backend"]
SESSION_ENGINE = "accounts.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "accounts.login.Adapter"
ACCOUNT_FORMS = {"login": "accounts.login_forms.SignIn", "reset_password": "accounts.login_forms.NewPassword"}
USERSESSIONS_TRACK_ACTIVITY = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # of a batch over the API; files are not counted

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
# Documents: a folder of ours, or (FILES_BUCKET) a bucket that speaks S3; nobody reaches either but through our pages.
# What long work keeps meanwhile is written piece by piece, which a bucket can't take: a folder that processes share.
FILES_BUCKET = env.text("FILES_BUCKET", "")
FILE_SCANNER = env.text("FILE_SCANNER", "")  # see pipeline/scanning.py
FOLDER = "django.core.files.storage.FileSystemStorage"
STORAGES = {
    "default": bucket.storage(FILES_BUCKET) if FILES_BUCKET else {"BACKEND": FOLDER},
    "work": {"BACKEND": FOLDER},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", int(env.flag("BEHIND_PROXY")))  # whose X-Forwarded-For is believed
SECURE_SSL_REDIRECT = env.flag("SSL_REDIRECT")
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0

_self = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": _self,
        "connect-src": _self + ([LIVE_URL] if LIVE_URL else []),
        "img-src": [*_self, "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": _self,
        "frame-ancestors": ["'none'"],
    }
}

EMAIL_HOST = env.text("SMTP_HOST", "localhost")
EMAIL_PORT = env.number("SMTP_PORT", 1025)
EMAIL_HOST_USER = env.text("SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("SMTP_TLS")
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Tollgate <hello@tollgate.localhost>")

LOGGING = logs.configure(env.text("LOG_LEVEL", "INFO"))

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY = {
    "broker_url": REDIS_URL,
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_time_limit": 55,  # below the lease of a job
    "task_soft_time_limit": 50,
    "accept_content": ["json"],
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_transport_options": {"socket_timeout": 1, "socket_connect_timeout": 1, "visibility_timeout": 60},
    "worker_hijack_root_logger": False,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api_access.Authentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api_access.Allowed"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.rendering.Json"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.rendering.OneAnswer",
    "DEFAULT_PARSER_CLASSES": ["accounts.parsers.Json"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tollgate",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "ENUM_NAME_OVERRIDES": {
        "SourceKind": "leads.models.SourceKind",
        "ActivityKind": "leads.models.ActivityKind",
        "LeadStatus": "leads.models.Status",
        "DealStatus": "pipeline.models.DealStatus",
        "MeetingKind": ["discovery", "review", "other"],
        "DocumentKind": ["signed_agreement", "proposal", "other"],
        "TaskKind": ["task", "call", "email", "meeting"],
        "RoutingAction": "routing.models.Action",
        "StageKind": "pipeline.models.StageKind",
        "CriterionKind": "pipeline.models.CriterionKind",
        "Approver": "pipeline.approval.Approver",
        "StakeholderRole": "leads.models.StakeholderRole",
        "VersionState": "scoring.models.VersionState",
    },
    "SERVE_INCLUDE_SCHEMA": False,
}
