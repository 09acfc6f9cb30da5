"""One settings file. Development needs no variable; production sets those of docs/operations.md."""

from datetime import timedelta
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from metroplan import embedded, env

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"
VAR_DIR = Path(env.text("METROPLAN_VAR") or BASE_DIR / "var")

DEV = env.boolean("METROPLAN_DEV", default=False)
DEBUG = DEV and env.boolean("DEBUG", default=False)

# Demonstration data mark every page and bring accounts with known passwords.
DEMO = env.boolean("METROPLAN_DEMO", default=DEV)
# Of 60,000 instruments, 5,000 entities, 200 campaigns and 20,000 inspections.
DEMO_PERCENT = env.integer("METROPLAN_DEMO_PERCENT", default=10)

SECRET_KEY = env.secret("SECRET_KEY")
if not SECRET_KEY:
    if not DEV:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set: give it, or the file that holds it in SECRET_KEY_FILE. "
            "On a development machine set METROPLAN_DEV=True instead."
        )
    SECRET_KEY = embedded.development_secret(VAR_DIR)
if DEMO and not DEV:
    raise ImproperlyConfigured(
        "METROPLAN_DEMO belongs to development; a production start refuses it: unset it."
    )

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEV else [])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "metroplan.audit",
    "metroplan.organisations",
    "metroplan.plans",
    "metroplan.submissions",
    "indicators",
    "standards",
    "supervision",
    "metroplan.dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "metroplan.common.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "metroplan.common.middleware.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "metroplan.urls"
WSGI_APPLICATION = "metroplan.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "metroplan.common.templatetags.metroplan",
                "metroplan.organisations.templatetags.policy",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "metroplan.dashboards.context.site",
            ],
        },
    }
]

# ---------------------------------------------------------------- data

DATABASE_URL = env.secret("DATABASE_URL")
DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    if DATABASE_URL
    else embedded.database(VAR_DIR)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.secret("REDIS_URL") or embedded.redis_url(VAR_DIR)

MEDIA_ROOT = Path(env.text("MEDIA_ROOT") or VAR_DIR / "files")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT") or VAR_DIR / "static")
STATICFILES_DIRS = [
    BASE_DIR / "metroplan" / "static",
    ("vendor/tabler", BASE_DIR / "node_modules" / "@tabler" / "core" / "dist"),
    ("vendor/icons", BASE_DIR / "node_modules" / "@tabler" / "icons-webfont" / "dist"),
    ("vendor/htmx", BASE_DIR / "node_modules" / "htmx.org" / "dist"),
    ("vendor/echarts", BASE_DIR / "node_modules" / "echarts" / "dist"),
]
STATICFILES_FINDERS = [
    "metroplan.finders.NpmFilesFinder",
    "metroplan.finders.AppFilesFinder",
]
LOADED_FILES = [
    "vendor/tabler/css/tabler.min.css*",
    "vendor/tabler/js/tabler.min.js*",
    "vendor/icons/tabler-icons.min.css",
    "vendor/icons/fonts/tabler-icons.*",
    "vendor/htmx/htmx.min.js",
    "vendor/echarts/echarts.min.js*",
    "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css*",
    "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js*",
    "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-standalone-preset.js*",
    "drf_spectacular_sidecar/swagger-ui-dist/favicon-32x32.png",
]
WHITENOISE_MANIFEST_STRICT = False
# Pictures and fonts are compressed already, a browser of today asks for no ttf, and source maps are
# read by developers alone.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "gif", "ico", "ttf", "woff", "woff2")
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# ---------------------------------------------------------------- uploads

UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_BYTES", 10 * 1024 * 1024)
UPLOAD_MAX_UNPACKED_BYTES = env.integer("UPLOAD_MAX_UNPACKED_BYTES", 100 * 1024 * 1024)
UPLOAD_MAX_ROWS = env.integer("UPLOAD_MAX_ROWS", 20_000)
UPLOAD_MAX_COLUMNS = env.integer("UPLOAD_MAX_COLUMNS", 200)
UPLOAD_MAX_CELLS = env.integer("UPLOAD_MAX_CELLS", 400_000)
UPLOAD_MAX_SHEETS = env.integer("UPLOAD_MAX_SHEETS", 20)
EVIDENCE_MAX_BYTES = env.integer("EVIDENCE_MAX_BYTES", 10 * 1024 * 1024)
EVIDENCE_MAX_FILES = env.integer("EVIDENCE_MAX_FILES", 10)
# Large files: sent as CSV, read in chunks. A lease is longer than any one step between two beats.
BULK_MAX_BYTES = env.integer("BULK_MAX_BYTES", 512 * 1024 * 1024)
BULK_CHUNK_ROWS = env.integer("BULK_CHUNK_ROWS", 20_000)
BULK_ISSUES_KEPT = env.integer("BULK_ISSUES_KEPT", 20_000)
BULK_LEASE_SECONDS = env.integer("BULK_LEASE_SECONDS", 60)

# An instrument is shown as due so many days before the last on which its verification is valid.
VERIFICATION_DUE_DAYS = env.integer("VERIFICATION_DUE_DAYS", 30)
# A finding that stays overdue rises one unit higher each so many days.
FINDING_ESCALATION_DAYS = env.integer("FINDING_ESCALATION_DAYS", 15)

# How the name of a measurement standard may end by JJF 1022, of which no primary copy was read.
STANDARD_NAME_ENDINGS = env.words(
    "STANDARD_NAME_ENDINGS",
    ["标准装置", "检定装置", "校准装置", "检定校准装置", "标准器组", "标准器"],
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# A standard with a hundred services is one form with more fields than Django takes unasked.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# ---------------------------------------------------------------- people

AUTH_USER_MODEL = "organisations.User"
LOGIN_URL = "organisations:login"
LOGIN_REDIRECT_URL = "dashboards:home"
LOGOUT_REDIRECT_URL = "organisations:login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    }
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "metroplan.organisations.backends.PersonBackend",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "organisations/locked_out.html"
AXES_RESET_ON_SUCCESS = True

SESSION_COOKIE_AGE = env.integer("SESSION_IDLE_SECONDS", 30 * 60 if not DEV else 12 * 3600)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEV
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=not DEV)
SECURE_HSTS_SECONDS = 0 if DEV else env.integer("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEV
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_PROXY", default=False) else None
)
X_FRAME_OPTIONS = "DENY"

# ---------------------------------------------------------------- language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "metroplan" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# ---------------------------------------------------------------- e-mail

# Links in e-mails need the address that people type; without a mail server there are none.
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.boolean("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "metroplan@localhost")
SENDS_MAIL = bool(EMAIL_HOST) or DEV
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# ---------------------------------------------------------------- background work

CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 10}
# A broker that is away must not hold up an approval: the marks are kept, the sweep sends again.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "nightly-recompute": {
        "task": "indicators.tasks.recompute_everything",
        "schedule": crontab(hour=2, minute=10),
    },
    "nightly-verify": {
        "task": "indicators.tasks.verify_everything",
        "schedule": crontab(hour=3, minute=30),
    },
    "sweep-large-files": {
        "task": "metroplan.submissions.tasks_bulk.sweep_bulk",
        "schedule": 60.0,
    },
    "sweep-dirty-marks": {"task": "indicators.tasks.drain_dirty_marks", "schedule": 60.0},
    "sweep-registers": {"task": "indicators.tasks.count_registers", "schedule": 60.0},
    "follow-map": {"task": "indicators.tasks.follow_map", "schedule": crontab(minute=5)},
    "open-quarter": {"task": "indicators.tasks.open_quarter", "schedule": 3600.0},
    "tell-people": {
        "task": "metroplan.submissions.tasks.tell_people",
        "schedule": crontab(minute="*/15", hour="8-19"),
    },
    "remind-expiries": {"task": "standards.tasks.remind_expiries", "schedule": 3600.0},
    "escalate-findings": {"task": "supervision.tasks.escalate_findings", "schedule": 3600.0},
    "lapse-integrity-units": {
        "task": "supervision.tasks.lapse_integrity_units",
        "schedule": 3600.0,
    },
    "remind-verifications": {
        "task": "supervision.tasks.remind_verifications",
        "schedule": 3600.0,
    },
}

# ---------------------------------------------------------------- API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "metroplan.organisations.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": [
        "metroplan.common.api_filters.KnownFilters",
        "metroplan.common.api_filters.KnownOrdering",
    ],
    "DEFAULT_PAGINATION_CLASS": "metroplan.common.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "metroplan.common.api_schema.Schema",
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "metroplan.common.renderers.CsvRenderer",
    ],
    "EXCEPTION_HANDLER": "metroplan.common.api_errors.api_exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "metroplan",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # The page must not ask a validator on the internet.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "ENUM_NAME_OVERRIDES": {
        "BulkStatusEnum": "metroplan.submissions.models.BulkStatus",
        "CampaignKindEnum": "supervision.models.Campaign.Kind",
        "CampaignStateEnum": "supervision.states.CampaignState",
        "CaseStateEnum": "supervision.states.CaseState",
        "FindingStateEnum": "supervision.states.FindingState",
        "FindingStepKindEnum": "supervision.models.FindingStep.Kind",
        "InspectionStateEnum": "supervision.states.InspectionState",
        "EntityKindEnum": "supervision.models.Entity.Kind",
        "InstituteKindEnum": "standards.models.InstituteKind",
        "IntegrityStateEnum": "supervision.states.IntegrityState",
        "LedgerKindEnum": "standards.models.LedgerEntry.Kind",
        "LedgerLevelEnum": "standards.models.LedgerEntry.Level",
        "LevelEnum": "metroplan.organisations.models.Level",
        "MeasureKindEnum": "indicators.models.Kind",
        "PlanStatusEnum": "metroplan.plans.models.PlanStatus",
        "ProgressStatusEnum": "indicators.models.ProgressStatus",
        "SubmissionStatusEnum": "metroplan.submissions.states.Status",
        "UploadStatusEnum": "metroplan.submissions.models.Upload.Status",
    },
}

DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5-responsive.html"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}
