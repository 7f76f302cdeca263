"""Django's settings, from a few environment variables. `docs/reference/settings.md` lists them.

Everything lives under one home folder: data/ (database and sealed files) and, beside it, keys/.
"""

import os
import secrets
import sqlite3
import sys
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from aanchal.lib.embedded_database import has_wal_reset_bug


class Environment(BaseSettings):
    """What an operator may set. Every name is prefixed with AANCHAL_."""

    model_config = SettingsConfigDict(env_prefix="AANCHAL_", extra="ignore")

    home: Path = Field(Path("var"), description="Folder for data and keys.")
    database_url: str = Field(
        "", description="postgres://… for PostgreSQL 15 or later; empty for the embedded database."
    )
    owner_database_url: str = Field(
        "",
        description="Same PostgreSQL database under the role that owns the tables; only `aanchal "
        "migrate` uses it. Empty: the role of AANCHAL_DATABASE_URL owns them.",
    )
    keyring: Path | None = Field(
        None, description="Path of the keyring file; by default keys/keyring.json in the home."
    )
    keyring_passphrase: str = Field(
        "", description="Opens a wrapped keyring at start; better typed than set."
    )
    secret_key: str = Field(
        "", description="Signs cookies; by default made once and kept beside the keyring."
    )
    hosts: str = Field(
        "localhost,127.0.0.1,[::1]", description="Host names the site answers to, by commas."
    )
    https: bool = Field(
        False, description="The site is reached over HTTPS: secure cookies, HSTS. Set it outside."
    )
    debug: bool = Field(False, description="Show tracebacks. Never where real children are.")
    backup_folder: Path | None = Field(
        None, description="Folder for a backup every night; empty for none."
    )
    backup_recipients: str = Field(
        "", description="Public keys (age1…) that backups are encrypted to, by commas."
    )
    backup_keep_days: int = Field(
        30, ge=1, description="Nightly backups older than this are removed; the newest stays."
    )
    upload_mb: int = Field(20, description="Largest file taken in, in megabytes.")
    site_address: str = Field(
        "",
        description="Address of the site as messages carry it, such as https://office.example.org/; "
        "empty: the first of AANCHAL_HOSTS.",
    )
    smtp_url: str = Field(
        "",
        description="Mail server for notices: smtps://name:secret@host:465 or "
        "smtp+starttls://name:secret@host:587; empty: no e-mail is sent.",
    )
    mail_from: str = Field(
        "notices@localhost", description="Sender of notices by e-mail; a neutral one."
    )
    text_gateway_url: str = Field(
        "",
        description="Address of a gateway for texts (SMS), asked by POST; empty: no text is sent.",
    )
    text_gateway_headers: str = Field(
        "", description="Headers for the gateway, as a JSON object; keys and tokens stand here."
    )
    text_gateway_body: str = Field(
        '{"to": "{to}", "text": "{text}"}',
        description="Body for the gateway, with {to} and {text}; JSON, or form fields like "
        "to={to}&message={text}.",
    )
    quiet_hours: str = Field(
        "21-7", description="Hours in which only what is urgent is sent, such as 21-7; empty: none."
    )
    outside_office: str = Field(
        "",
        description="E-mail address or number of an office outside (DCPU, CWC), told by a reference "
        "when nobody here opened a concern in time; empty: nobody.",
    )
    operator: str = Field(
        "",
        description="E-mail address or number of who runs the site, told when it is locked while "
        "something waits past its time; empty: only the log says so.",
    )
    time_zone: str = Field("Asia/Kolkata", description="Zone of the office.")


env = Environment()

# Whatever this program writes (database, journal, sealed files, keys) is its account's alone.
os.umask(os.umask(0o077) | 0o077)

BASE_DIR = Path(__file__).resolve().parent
AANCHAL_HOME = env.home.expanduser().resolve()
AANCHAL_DATA = AANCHAL_HOME / "data"
AANCHAL_FILES = AANCHAL_DATA / "files"
AANCHAL_KEYRING = (env.keyring or AANCHAL_HOME / "keys" / "keyring.json").expanduser().resolve()
AANCHAL_KEYRING_PASSPHRASE = env.keyring_passphrase
# A fresh keyring beside an existing server database would hide that the old one was lost.
AANCHAL_CREATE_KEYRING = not env.database_url
# How old the number of things that wait, shown on every page, may be.
AANCHAL_BADGE_SECONDS = 20.0
AANCHAL_UPLOAD_BYTES = env.upload_mb * 1024 * 1024
AANCHAL_OWNER_DATABASE_URL = env.owner_database_url
AANCHAL_SITE_ADDRESS = env.site_address
AANCHAL_SMTP_URL = env.smtp_url
AANCHAL_MAIL_FROM = env.mail_from
AANCHAL_TEXT_GATEWAY_URL = env.text_gateway_url
AANCHAL_TEXT_GATEWAY_HEADERS = env.text_gateway_headers
AANCHAL_TEXT_GATEWAY_BODY = env.text_gateway_body
AANCHAL_QUIET_HOURS = env.quiet_hours
AANCHAL_OUTSIDE_OFFICE = env.outside_office
AANCHAL_OPERATOR = env.operator
AANCHAL_BACKUP_FOLDER = env.backup_folder.expanduser().resolve() if env.backup_folder else None
AANCHAL_BACKUP_RECIPIENTS = [k.strip() for k in env.backup_recipients.split(",") if k.strip()]
AANCHAL_BACKUP_KEEP_DAYS = env.backup_keep_days


def _kept_secret(path: Path) -> str:
    """Read a secret made once; make it on first use."""
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    value = secrets.token_urlsafe(48)
    try:
        with path.open("x") as out:
            path.chmod(0o600)
            out.write(value)
    except FileExistsError:
        return path.read_text().strip()
    return value


SECRET_KEY = env.secret_key or _kept_secret(AANCHAL_KEYRING.parent / "cookie-key")
DEBUG = env.debug
ALLOWED_HOSTS = [h.strip() for h in env.hosts.split(",") if h.strip()]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.auth",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "aanchal.kernel",
    "aanchal.places",
    "aanchal.access",
    "aanchal.people",
    "aanchal.registers",
    "aanchal.cases",
    "aanchal.watch",
    "aanchal.notices",
    "aanchal.web",
    "aanchal.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "aanchal.web.shell.middleware.Headers",
    "aanchal.web.shell.middleware.Limits",
    "aanchal.web.shell.static_files.Static",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "aanchal.web.shell.middleware.Actors",
    "aanchal.web.shell.middleware.RowGuard",
    "aanchal.web.shell.middleware.Reading",
    "aanchal.web.shell.middleware.DomainErrors",
]

ROOT_URLCONF = "aanchal.web.urls"
WSGI_APPLICATION = "aanchal.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Each room of the site brings its own templates.
        "DIRS": sorted(BASE_DIR.glob("web/*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "aanchal.web.shell.context.site",
            ],
            # Adds to every form whose page it is, so that words sent too late find their writer.
            "builtins": ["aanchal.web.shell.templatetags.own_forms"],
            "libraries": {"look": "aanchal.web.shell.templatetags.look"},
        },
    }
]


def _sqlite_journal() -> str:
    """A write-ahead log, so that readers do not wait for writers, where the library writes it safely."""
    return "TRUNCATE" if has_wal_reset_bug(sqlite3.sqlite_version_info) else "WAL"


if env.database_url:
    DATABASES = {
        "default": dj_database_url.parse(
            env.database_url,
            engine="aanchal.kernel.postgresql",
            conn_max_age=60,
            conn_health_checks=True,
        )
    }
    DATABASES["default"].setdefault("OPTIONS", {})["server_side_binding"] = True
else:
    AANCHAL_DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
    DATABASES = {
        "default": {
            "ENGINE": "aanchal.kernel.sqlite",
            "NAME": str(AANCHAL_DATA / "aanchal.sqlite3"),
            # A page's first query would otherwise wait for the file to be opened and set up.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    f"PRAGMA journal_mode={_sqlite_journal()};PRAGMA synchronous=FULL;"
                    "PRAGMA secure_delete=ON;PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    }
AANCHAL_IS_POSTGRES = "postgresql" in DATABASES["default"]["ENGINE"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # Shared by all processes: TOTP replay protection and limits live here.
    "default": {
        "BACKEND": "aanchal.kernel.cache.SealedCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- sign-in (aanchal.access) ---
AUTH_USER_MODEL = "access.User"
# Who may do what; the kernel asks it, and no app imports it.
AANCHAL_ROLES = "aanchal.roles.TABLE"
AUTHENTICATION_BACKENDS = [
    "aanchal.access.throttle.ThrottleBackend",
    "aanchal.access.backends.PassphraseBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "aanchal.access.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_TIMEOUT = 5 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# By person only: a limit by address would lock a shared office. Thirty wrong codes a day leave a
# thief of the passphrase one chance in ten thousand.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key,30/d/key",
    "login": None,
    "signup": None,
    "reset_password": None,
    "reset_password_from_key": None,
    "request_login_code": None,
    "verify_phone": None,
}
MFA_ADAPTER = "aanchal.access.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RATE_LIMITS = {"webauthn_login": None}
# The clock of a cheap phone drifts: the code before and the code after count too, each once.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 12

SESSION_ENGINE = "aanchal.access.session_store"
AANCHAL_IDLE_SECONDS = 30 * 60
# --- end of sign-in ---

# Over HTTPS a browser then takes these cookies from this very host alone.
AANCHAL_COOKIE_PREFIX = "__Host-" if env.https else ""
SESSION_COOKIE_NAME = AANCHAL_COOKIE_PREFIX + "aanchal_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = env.https
# The longest a session lasts, however busy; aanchal.access.session_store ends it sooner.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = AANCHAL_COOKIE_PREFIX + "aanchal_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = env.https
CSRF_FAILURE_VIEW = "aanchal.web.shell.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nothing to other sites. "no-referrer" would make a browser send "Origin: null" with our own
# forms, and the guard against forged forms would refuse every one of them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if env.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.https
SECURE_SSL_REDIRECT = False
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# Uploads never touch the disk unsealed: one handler, in memory, under a cap checked beforehand.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = AANCHAL_UPLOAD_BYTES + 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("hi", _("Hindi")), ("bn", _("Bengali"))]
# Each app and each room of the site brings its own sentences; none stands in two of them.
LOCALE_PATHS = sorted([*BASE_DIR.glob("*/locale"), *BASE_DIR.glob("web/*/locale")])
LANGUAGE_COOKIE_NAME = "aanchal_language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = env.https
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "web" / "shell" / "static"]
AANCHAL_PACKED = AANCHAL_HOME / "packed"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "aanchal.web.shell.static_files.VersionedStorage"},
}
# Served from the package itself: nothing to collect on an office computer.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 30 * 24 * 60 * 60
WHITENOISE_ALLOW_ALL_ORIGINS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "aanchal.kernel.logs.Scrub"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "formatter": "line",
            "filters": ["scrub"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "aanchal": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        # Their messages carry paths, usernames and addresses.
        "waitress": {"level": "CRITICAL", "propagate": False},
        "django.security": {"level": "ERROR"},
    },
}
