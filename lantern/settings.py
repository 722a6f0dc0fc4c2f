"""Settings of Lantern: one file. What differs between places comes from the environment, read once at the top."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, default: bool) -> bool:
    text = os.environ.get(name, "1" if default else "0")
    if text not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {text!r}.")
    return text == "1"


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def _one_of(name: str, known: tuple[str, ...]) -> str:
    """One of the `known` words; the first where nothing is said."""
    text = os.environ.get(name, known[0])
    if text not in known:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(sorted(known))}, not {text!r}.")
    return text


def _days(name: str, default: str) -> tuple[int, ...]:
    text = os.environ.get(name, default)
    if not re.fullmatch(r"\d+,\d+,\d+", text):
        raise ImproperlyConfigured(f"{name} must be three whole numbers with commas between them, not {text!r}.")
    return tuple(map(int, text.split(",")))


def _days_by_kind(name: str) -> dict[str, int]:
    text = os.environ.get(name, "")
    if not re.fullmatch(r"(?:[a-z0-9_]+=[1-9]\d{0,3}(?:,(?!$)|$))*", text):
        raise ImproperlyConfigured(f"{name} must read like email=365,url=180, not {text!r}.")
    return {kind: int(days) for kind, _, days in (part.partition("=") for part in text.split(",") if part)}


def _secret(name: str) -> str:
    """The secret `name`, from its file in the key folder. Empty where there is no such file; checks refuse that."""
    path = KEYS_DIR / name
    return path.read_text().strip() if path.is_file() else ""


def _numbered(name: str) -> dict[int, str]:
    """The keys `name-1.key`, `name-2.key`, … of the key folder, by number."""
    return {
        int(match[1]): path.read_text().strip()
        for path in (sorted(KEYS_DIR.glob(f"{name}-*.key")) if KEYS_DIR.is_dir() else [])
        if (match := re.fullmatch(rf"{name}-(\d{{1,3}})\.key", path.name))
    }


LANTERN_HOME = Path(os.environ.get("LANTERN_HOME", BASE_DIR / ".lantern")).resolve()
KEYS_DIR = Path(os.environ.get("LANTERN_KEYS_DIR", LANTERN_HOME / "keys")).resolve()
DEMO = _flag("LANTERN_DEMO", default=False)
HTTPS = _flag("LANTERN_HTTPS", default=True)
HOSTS = [host for host in os.environ.get("LANTERN_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
OWNER_DATABASE_URL = os.environ.get("DATABASE_URL", "")
APP_DATABASE_URL = os.environ.get("DATABASE_APP_URL", "")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")

DEBUG = False
SECRET_KEY = _secret("django.key")
ALLOWED_HOSTS = HOSTS
ROOT_URLCONF = "lantern.urls"
WSGI_APPLICATION = "lantern.wsgi.application"
FORCE_SCRIPT_NAME = ""  # the portal stands at the root, whatever a request says: links of its pages are kept

# `audit-1.key`, …: the highest number signs checkpoints of the sealed record, the others still verify old ones.
AUDIT_KEYS = _numbered("audit")
# Whoever asks for the metrics shows this one; without it there are none.
METRICS_KEY = _secret("metrics.key")

INSTALLED_APPS = [
    "lantern",
    "audit",
    "accounts",
    "participants",
    "signals",
    "reviews",
    "transparency",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_otp",
    "django_otp_webauthn",
    "guardian",
    "import_export",
    "csp",
    "django_htmx",
    "lantern.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "lantern.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lantern.middleware.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lantern.middleware.Bounds",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.clock.SessionClock",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.people.SecondStep",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lantern.middleware.Gate",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# The application connects as a role that owns no table and is no superuser, so row-level security holds for it.
# `owner` is there for migrations only; web and workers in production are not given DATABASE_URL at all.


def _database(url: str, **more: Any) -> dict[str, Any]:
    parts = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    named: dict[str, Any] = {known[key]: value for key, value in parts.items() if key in known}
    options = {key: value for key, value in parts.items() if key not in known}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": True,
        **named,
        **more,
    }


def _app_database() -> dict[str, Any]:
    if APP_DATABASE_URL:
        return _database(APP_DATABASE_URL, CONN_MAX_AGE=300)
    owner = _database(OWNER_DATABASE_URL)
    role = {"USER": f"{owner.get('NAME', 'lantern')}_app", "PASSWORD": _secret("database-app.password")}
    return {**owner, **role, "CONN_MAX_AGE": 300}


DATABASES: dict[str, dict[str, Any]] = {"default": _app_database()}
if OWNER_DATABASE_URL:
    DATABASES["owner"] = _database(OWNER_DATABASE_URL, ATOMIC_REQUESTS=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits live in PostgreSQL: emptying Redis must never make anything more permissive.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "lantern_cache"}}

# People.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "participants.sign_on.PasswordSwitch",
    "accounts.people.People",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
SOCIALACCOUNT_ADAPTER = "participants.sign_on.SignOnAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = _number("LANTERN_PROXIES", 0)
# The failures of one address are counted with its e-mail address; ten in five minutes, then a pause.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/5m/key,50/m/ip",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "10/h/user",
    "manage_email": "10/h/user",
    "reauthenticate": "20/m/user",
    "apply": "10/h/ip,3/d/key",
    "apply_link": "60/h/ip",
    "csp_report": "30/m/ip",
    # By person, and by company: more than people do, less than a program that copies everything.
    "search": "120/m/user,600/m/key",
    "look_up": "60/h/user,300/h/key",
    "export": "30/h/user,100/h/key",
    "unusual": "1/h/key",
}
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
PASSWORD_RESET_TIMEOUT = 60 * 60
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = SESSION_SECONDS = _number("LANTERN_SESSION_SECONDS", 12 * 60 * 60)
SESSION_IDLE_SECONDS = _number("LANTERN_SESSION_IDLE_SECONDS", 30 * 60)
SESSION_WARNING_SECONDS = 2 * 60
CONFIRMED_SECONDS = 5 * 60
# Passkeys belong to a host name; browsers know none for an address of numbers.
OTP_WEBAUTHN_RP_ID_CALLABLE = "accounts.passkeys.relying_party"
OTP_WEBAUTHN_RP_NAME = "Lantern"
OTP_WEBAUTHN_HELPER_CLASS = "accounts.passkeys.Ceremony"
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Letters. Without a mail server they are kept as files, each readable by the installation's user alone.
SITE_URL = os.environ.get(
    "LANTERN_URL", f"{'https' if HTTPS else 'http'}://{HOSTS[0] if HOSTS else 'localhost'}"
).rstrip("/")
MAIL_DOMAIN = os.environ.get("LANTERN_MAIL_DOMAIN", "lantern.example")
DEFAULT_FROM_EMAIL = os.environ.get("LANTERN_MAIL_FROM", f"Lantern <lantern@{MAIL_DOMAIN}>")
SECURITY_CONTACT = os.environ.get("LANTERN_SECURITY_CONTACT", f"mailto:security@{MAIL_DOMAIN}")
ACCESSIBILITY_CONTACT = os.environ.get("LANTERN_ACCESSIBILITY_CONTACT", f"accessibility@{MAIL_DOMAIN}")
EMAIL_HOST = os.environ.get("LANTERN_MAIL_HOST", "")
EMAIL_PORT = _number("LANTERN_MAIL_PORT", 587)
EMAIL_HOST_USER = os.environ.get("LANTERN_MAIL_USER", "")
EMAIL_HOST_PASSWORD = _secret("mail.password")
EMAIL_USE_TLS = _flag("LANTERN_MAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
LETTERS_DIR = LANTERN_HOME / "letters"
if not EMAIL_HOST:
    EMAIL_BACKEND = "lantern.lib.letter_files.EmailBackend"

# The sealed record: the name of the log in its checkpoints, and how far apart these are at least.
AUDIT_ORIGIN = os.environ.get("LANTERN_AUDIT_ORIGIN", f"{urlsplit(SITE_URL).hostname or 'lantern'}/audit")
CHECKPOINT_SECONDS = _number("LANTERN_CHECKPOINT_SECONDS", 60)

# Browsers.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "lantern_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "lantern_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
MIGRATION_LOCK_SECONDS = _number("LANTERN_MIGRATION_LOCK_SECONDS", 10)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "report-uri": "/csp-report",
    }
}

# Files that are served, and files that are taken in.
STATIC_URL = "static/"
STATIC_ROOT = LANTERN_HOME / "run" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": LANTERN_HOME / "files"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
UPLOAD_MAX_BYTES = _number("LANTERN_UPLOAD_MAX_BYTES", 50_000_000)
UPLOAD_MAX_ROWS = _number("LANTERN_UPLOAD_MAX_ROWS", 500_000)
RETENTION_DAYS = _days_by_kind("LANTERN_RETENTION_DAYS")  # by kind, where not the kind's own
# An uploaded file never touches a disk in the clear: it is taken up in memory and sealed into the database.
FILE_UPLOAD_HANDLERS = ["signals.intake.BoundedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 5
# What anybody may send, and what somebody who is signed in may; only an upload of signals may be larger.
STRANGERS_MAX_BYTES = 2_500_000
REQUEST_MAX_BYTES = 25_000_000

# Workers. PostgreSQL owns every job; Redis only rings the bell.
CELERY_BROKER_URL = re.sub(r"^unix://", "redis+socket://", REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# How much the worker leaves the processor to others (nice(2), 0 to 19).
WORKER_NICENESS = _number("LANTERN_WORKER_NICENESS", 10)
CELERY_WORKER_POOL = "lantern.worker_pool:TaskPool"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Whoever rings while the broker is down does not wait for it (without `max_retries`: 6 s); the sweepers ring again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.2,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
SWEEP_SECONDS = _number("LANTERN_SWEEP_SECONDS", 10)
CELERY_BEAT_SCHEDULE = {
    "uploads": {"task": "signals.sweep_uploads", "schedule": SWEEP_SECONDS},
    "routing": {"task": "reviews.route", "schedule": SWEEP_SECONDS},
    "reviews": {"task": "reviews.keep_queue", "schedule": SWEEP_SECONDS},
    "relations": {"task": "signals.relate", "schedule": SWEEP_SECONDS},
    "endings": {"task": "signals.sweep_endings", "schedule": SWEEP_SECONDS},
    "expiry": {"task": "signals.expire", "schedule": crontab(hour="2", minute="17")},
    "departures": {"task": "signals.withdraw_departed", "schedule": SWEEP_SECONDS},
    "programme": {"task": "participants.keep_programme", "schedule": 60 * 60},
    "training": {"task": "participants.remind_of_training", "schedule": 60 * 60},
    "letters": {"task": "accounts.send_letters", "schedule": SWEEP_SECONDS},
    "resets": {"task": "accounts.answer_resets", "schedule": SWEEP_SECONDS},
    "old_sessions": {"task": "accounts.clear_sessions", "schedule": 60 * 60},
    "feedback": {"task": "reviews.send_feedback", "schedule": SWEEP_SECONDS},
    "digests": {"task": "reviews.write_digests", "schedule": 60 * 60},
    "old_work": {"task": "reviews.clear_worked", "schedule": 60 * 60},
    "resealing": {"task": "lantern.sweep_resealing", "schedule": SWEEP_SECONDS},
    # From the 2nd on, each day of the month: a day on which nothing ran is made up for; a second ring does nothing.
    "annual_report": {
        "task": "transparency.draft_last_year",
        "schedule": crontab(hour="4", minute="10", day_of_month="2-31", month_of_year="1"),
    },
    "monthly_report": {
        "task": "transparency.report_last_month",
        "schedule": crontab(hour="4", minute="20", day_of_month="2-28"),
    },
    "closed_months": {"task": "transparency.close_months", "schedule": crontab(hour="3", minute="11")},
    "running_figures": {"task": "transparency.keep_running", "schedule": 15 * 60},
    "sealing": {"task": "audit.seal", "schedule": SWEEP_SECONDS},
    "old_letters": {"task": "accounts.clear_letters", "schedule": 24 * 60 * 60},
}

# Bringing files in: to share more rows than this a second person agrees first. And how long a draft is kept.
UPLOAD_APPROVAL_ROWS = _number("LANTERN_UPLOAD_APPROVAL_ROWS", 10_000)
SIGNAL_DRAFT_DAYS = _number("LANTERN_SIGNAL_DRAFT_DAYS", 14)
# Taking lists out: above the first number a lead has to agree, above the second it is refused.
EXPORT_APPROVAL_ROWS = _number("LANTERN_EXPORT_APPROVAL_ROWS", 1_000)
EXPORT_MAX_ROWS = _number("LANTERN_EXPORT_MAX_ROWS", 100_000)
# Taking part. An overdue check-in makes read-only so many days after it was due, and suspends so many days after that.
CHECK_IN_MONTHS = _number("LANTERN_CHECK_IN_MONTHS", 3)
PRACTICE_REVIEW_MONTHS = _number("LANTERN_PRACTICE_REVIEW_MONTHS", 12)
CHECK_IN_REMINDER_DAYS = _days("LANTERN_CHECK_IN_REMINDER_DAYS", "30,7,0")
READ_ONLY_AFTER_DAYS = _number("LANTERN_READ_ONLY_AFTER_DAYS", 14)
SUSPENDED_AFTER_DAYS = _number("LANTERN_SUSPENDED_AFTER_DAYS", 28)
APPLICATION_DRAFT_DAYS = _number("LANTERN_APPLICATION_DRAFT_DAYS", 90)
AGREEMENT_MAX_BYTES = _number("LANTERN_AGREEMENT_MAX_BYTES", 10_000_000)
INVITATION_DAYS = _number("LANTERN_INVITATION_DAYS", 7)
TRAINING_VALID_DAYS = _number("LANTERN_TRAINING_VALID_DAYS", 365)
TRAINING_LETTER_DAYS = _days("LANTERN_TRAINING_LETTER_DAYS", "30,7,0")
TRAINING_REMIND_DAYS = _number("LANTERN_TRAINING_REMIND_DAYS", 30)

# Reviewing.
CLAIM_LEASE_SECONDS = _number("LANTERN_CLAIM_LEASE_SECONDS", 15 * 60)
CLAIMS_PER_MEMBER = 3
SECOND_LOOK_PERCENT = _number("LANTERN_SECOND_LOOK_PERCENT", 5)  # where a participant has chosen none
UNDO_WINDOW = timedelta(seconds=_number("LANTERN_UNDO_SECONDS", 30))
VIEWING_LASTS = timedelta(seconds=60)  # how long after its last sign of life a colleague is said to look at a review
MOST_AT_ONCE = 50  # reviews decided by one form

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# Logs name places and ids, never values: requests are logged by the pattern of their address (lantern.lib.logs).
LOG_FORMAT = _one_of("LANTERN_LOG_FORMAT", ("plain", "json") if DEMO else ("json", "plain"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_values": {"()": "lantern.lib.logs.WithoutValues"}},
    "formatters": {"plain": {"()": "lantern.lib.logs.Plain"}, "json": {"()": "lantern.lib.logs.Json"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["without_values"]},
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LANTERN_LOG_LEVEL", "INFO")},
    "loggers": {
        # The sweepers ring every few seconds; four lines each time would bury what matters.
        **{name: {"level": "WARNING"} for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat")},
        # Django's own handlers would write, and mail, past the filter.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}
# The origin of a passkey is the address the request came to (`accounts.passkeys.Ceremony`), not a list.
SILENCED_SYSTEM_CHECKS = ["otp_webauthn.E030"]
