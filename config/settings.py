"""Settings, all from the environment. MODE unset is a demonstration; production is named, and then fails closed."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

MODE = os.environ.get("MODE", "demonstration")
if MODE not in {"demonstration", "production"}:
    raise ImproperlyConfigured(f"MODE is {MODE!r}; it is 'production', or unset for a demonstration.")
IS_DEMONSTRATION = MODE == "demonstration"


def given(name: str) -> str:
    """A setting as it is, or as it stands in the file that NAME_FILE names: secrets need not be in the environment."""
    path = os.environ.get(f"{name}_FILE")
    if path and os.environ.get(name):
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, and not both.")
    try:
        return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name, "")
    except OSError as problem:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {problem.strerror}.") from None


def needed(name: str, in_demonstration: str) -> str:
    """A setting that production must be given and a demonstration need not."""
    value = given(name)
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


def switch(name: str, *, by_default: bool) -> bool:
    value = os.environ.get(name) or ("on" if by_default else "off")
    if value not in {"on", "off"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it is on or off, or unset.")
    return value == "on"


DEBUG = False
SECRET_KEY = needed("SECRET_KEY", "only-for-demonstrations")
if not IS_DEMONSTRATION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or "demonstration" in SECRET_KEY):
    raise ImproperlyConfigured("SECRET_KEY is too short or a default: 50 random characters or more.")
ALLOWED_HOSTS = needed("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
# Tablets on one host and staff pages on another: on each, what belongs to the other does not exist (config/urls.py).
KIOSK_HOST, STAFF_HOST = needed("KIOSK_HOST", "").lower(), needed("STAFF_HOST", "").lower()
if bool(KIOSK_HOST) != bool(STAFF_HOST) or (KIOSK_HOST and KIOSK_HOST == STAFF_HOST):
    raise ImproperlyConfigured("Set KIOSK_HOST and STAFF_HOST, both, and not the same: each has its own pages only.")
ALLOWED_HOSTS += [host for host in (KIOSK_HOST, STAFF_HOST) if host and host not in ALLOWED_HOSTS]
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
    "allauth.account",  # no page of either has an address: consent/staff/accounts/ uses what they are made of
    "allauth.mfa",
    "registration",
    "consent",
]
MIDDLEWARE = [
    "config.middleware.nothing_is_kept",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.walls",
    "config.middleware.whole_or_nothing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "consent.staff.accounts.middleware.locked_when_left",
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
        given("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'var' / 'kiosk.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
# SQLite in production takes a word: one small site, one process, backups of its own (consent/starting.py refuses).
SQLITE_IS_MEANT = switch("SQLITE", by_default=False)
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
else:
    # Pages ask for few rows by long questions: compiling one took PostgreSQL 0.2 seconds, and looking them up 0.004.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
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

# Staff sign in with a password and a key. Only a demonstration may do without the key: its logins are printed.
SECOND_FACTOR_REQUIRED = switch("SECOND_FACTOR_REQUIRED", by_default=not IS_DEMONSTRATION)
if not IS_DEMONSTRATION and not SECOND_FACTOR_REQUIRED:
    raise ImproperlyConfigured("SECOND_FACTOR_REQUIRED is off: MODE=production has no sign-in by password alone.")
LOCKED_AFTER = timedelta(minutes=15)  # without a touch, the screen is locked
SIGNED_IN_FOR = timedelta(hours=12)  # one shift; then with the password again
FRESH_FOR = timedelta(minutes=5)  # so recent must the key have been, for what cannot be taken back
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # a set-up address, printed by `manage.py account`
# The address of the staff pages, as commands print it.
SITE_ADDRESS = os.environ.get("SITE_ADDRESS") or (
    f"http://localhost:{os.environ.get('PORT', '8000')}" if IS_DEMONSTRATION else f"https://{STAFF_HOST}"
)
# What keys are registered for. A demonstration is reached by several names; each is a host of its own to a key.
WEBAUTHN_HOST = "" if IS_DEMONSTRATION else urlsplit(SITE_ADDRESS).hostname
# How many proxies stand in front. Without it X-Forwarded-For, which anybody can write, is not read.
ALLAUTH_TRUSTED_PROXY_COUNT = at_least("TRUSTED_PROXIES", 1) or 0
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # in their place: consent/staff/accounts/limits.py
MFA_ADAPTER = "consent.staff.accounts.adapter.Adapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_WEBAUTHN_USER_VERIFICATION = "discouraged"  # a touch is enough: it stands beside a password
# Wrong tries are counted here, and used codes remembered: by all processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tries",
        # Past this, Django throws entries away: no lock is to be washed out by many names.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
    # For what each process counts by itself (consent/kiosk/flood.py).
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}},
}

# The tablet never receives the cookie of staff: by its path, or by a name that browsers tie to this host alone.
SESSION_COOKIE_NAME = "staff" if IS_DEMONSTRATION else "__Host-staff"
SESSION_COOKIE_PATH = "/staff/" if IS_DEMONSTRATION else "/"
CSRF_COOKIE_NAME = "csrftoken" if IS_DEMONSTRATION else "__Host-csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(SIGNED_IN_FOR.total_seconds())
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
RETENTION_EXPECTED_DAYS = at_least("RETENTION_EXPECTED_DAYS", 28)  # a reception asks about them for so long
# Nothing is sent for registration from a prison of which no message and no roll has told us for so many hours. In a
# demonstration there is no feed, and staff alone say who is here.
FEED_STALE_HOURS = at_least("FEED_STALE_HOURS", 1) or (None if IS_DEMONSTRATION else 24)
# Days until someone is asked again; the defaults and their sources stand in consent/policy.py.
CONSENT_INTERVALS: dict[str, int] = {}
# Of one tablet, or of one address where it is none; 0: without a limit.
REQUESTS_A_SECOND = 10 if (asked := at_least("REQUESTS_A_SECOND", 0)) is None else asked
# Words a minute, faster than which nobody reads; unset: what consent/policy.py says; 0: no answer is too fast.
FASTEST_READING = at_least("FASTEST_READING", 0)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonLines", "tells_all": IS_DEMONSTRATION}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
