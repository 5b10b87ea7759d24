"""Settings, all from the environment. MODE unset is a demonstration; production is named, and then fails closed."""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

MODE = os.environ.get("MODE", "demonstration")
if MODE not in {"demonstration", "production"}:
    raise ImproperlyConfigured(f"MODE is {MODE!r}; it is 'production', or unset for a demonstration.")
IS_DEMONSTRATION = MODE == "demonstration"


def needed(name: str, in_demonstration: str) -> str:
    """A setting that production must be given and a demonstration need not."""
    value = os.environ.get(name)
    if value:
        return value
    if IS_DEMONSTRATION:
        return in_demonstration
    raise ImproperlyConfigured(f"Set {name}: MODE=production has no default for it.")


def at_least(name: str, least: int) -> int | None:
    """A whole number, or None where it is not set."""
    value = os.environ.get(name)
    if not value:
        return None
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name} is {value!r}; it is a whole number of at least {least}, or unset.")
    return int(value)


DEBUG = False
SECRET_KEY = needed("SECRET_KEY", "only-for-demonstrations")
ALLOWED_HOSTS = needed("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "simple_history",
    "csp",
    "registration",
    "consent",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.nothing_is_kept",
    "config.middleware.whole_or_nothing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "csp.middleware.CSPMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "config.middleware.mode",
            ],
        },
    }
]

(BASE_DIR / "var").mkdir(exist_ok=True)
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'var' / 'kiosk.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
# PostgreSQL roles to which `manage.py prepare`, run as the owner of the tables, gives their rights: the web
# application's, and the checkpoint command's. docs/production.md.
APPLICATION_ROLE = os.environ.get("APPLICATION_ROLE", "")
CHECKPOINT_ROLE = os.environ.get("CHECKPOINT_ROLE", "")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Reading and then writing under DEFERRED fails with "database is locked"; FULL survives a power cut;
        # without recursive_triggers INSERT OR REPLACE removes a row without asking its triggers.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/London"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "build" / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not IS_DEMONSTRATION
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 0 if IS_DEMONSTRATION else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not IS_DEMONSTRATION
# Not no-referrer: then a browser posts a form with "Origin: null", which Django refuses, and only htmx gets through.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "worker-src": [NONE],
    }
}

# What single prisons say instead of a general promise: one file each, LEI.toml. consent/words/local.py says how.
LOCAL_WORDS = Path(os.environ.get("LOCAL_WORDS") or BASE_DIR / "var" / "local-words")
# Sound files: what espeak-ng read ahead of time, by the hash of the words.
VOICES = Path(os.environ.get("VOICES") or BASE_DIR / "var" / "voices")
# The same read by people, by the same names: heard in their place. docs/words.md says how to record.
VOICE_RECORDINGS = Path(os.environ.get("VOICE_RECORDINGS") or BASE_DIR / "var" / "recordings")

# The ODS code of the single prison GP practice. Nobody has published it: unset, it shows as "not configured".
NATIONAL_PRACTICE_ODS_CODE = os.environ.get("NATIONAL_PRACTICE_ODS_CODE", "")
# Checkpoints of the record. The signing key is for the checkpoint command alone: a file that the web server's user
# cannot read, best on another machine. The public keys, one a line, are for everybody.
CHECKPOINT_KEY = Path(os.environ.get("CHECKPOINT_KEY") or BASE_DIR / "var" / "checkpoint" / "key")
CHECKPOINT_PUBLIC_KEYS = Path(
    os.environ.get("CHECKPOINT_PUBLIC_KEYS") or BASE_DIR / "var" / "checkpoint" / "public-keys"
)
# Retention. Which row of the NHS Records Management Code applies here is not confirmed, so the deployer decides: unset,
# nothing is erased but by name. manage.py erase does it.
RETENTION_MESSAGES_DAYS = at_least("RETENTION_MESSAGES_DAYS", 30)  # queues repeat a message for up to 14 days
RETENTION_PATIENT_YEARS = at_least("RETENTION_PATIENT_YEARS", 1)  # after leaving prison, or death
# Days until someone is asked again; the defaults and their sources stand in consent/policy.py.
CONSENT_INTERVALS: dict[str, int] = {}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"nobody": {"()": "config.middleware.NobodyIsNamed"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["nobody"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
