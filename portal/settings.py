"""One file of settings, driven by the environment.

Every value that differs between two installations is read from the environment (or from a file
named by ``<NAME>_FILE``, for secrets). Secrets have no default outside the demo; combinations that
cannot be right are system checks in ``portal/checks.py``.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal.demo import postgres

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

VERSION = "0.1.0"
DEMO = env.bool("REGARD_DEMO", default=False)
STATE_DIR = Path(env.str("REGARD_STATE", default=str(BASE_DIR / ".regard")))

DEBUG = env.bool("DEBUG", default=False)
# The demo makes its secrets at its first start and hands them over in the environment.
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
# Where the worker asks the gate about canaries, if it cannot reach SITE_URL; the public address is
# the better proof.
GATE_URL = env.str("GATE_URL", default="")

# --- The controller, as people and authorities know it -------------------------------------------
CONTROLLER = {
    "name": env.str("CONTROLLER_NAME", default=""),
    "address": env.str("CONTROLLER_ADDRESS", default=""),
    "country": env.str("CONTROLLER_COUNTRY", default="FR"),
    "email": env.str("CONTROLLER_EMAIL", default=""),
    "dpo_name": env.str("DPO_NAME", default=""),
    "dpo_email": env.str("DPO_EMAIL", default=""),
    # Of a controller outside the Union (art. 27).
    "representative_name": env.str("REPRESENTATIVE_NAME", default=""),
    "representative_address": env.str("REPRESENTATIVE_ADDRESS", default=""),
    "representative_email": env.str("REPRESENTATIVE_EMAIL", default=""),
}
# The legal shape of AI training: "consent" (art. 6(1)(a)), "objection" (6(1)(f)) or "not_used".
AI_TRAINING_SHAPE = env.str("AI_TRAINING_SHAPE", default="consent")
# How long before a wider version of a purpose takes effect it has to be published (art. 13(3)).
PURPOSE_NOTICE_DAYS = env.int("PURPOSE_NOTICE_DAYS", default=30)
# Whether everybody can read the figures of /transparency/; the settings of the dashboard change it.
TRANSPARENCY_PAGE = env.bool("TRANSPARENCY_PAGE", default=False)
# How long a link lasts that the service sends to a signer, where it names no time itself.
LINK_DAYS = env.int("LINK_DAYS", default=365)
# Keys that seal receipts: a JSON Web Key Set, the first one signs, the others still verify.
RECEIPT_KEYS = env.json("RECEIPT_KEYS", default={"keys": []})
# Several keys while one is being rotated: DocuSign signs with each of its own.
DOCUSIGN_HMAC_KEYS = env.list("DOCUSIGN_HMAC_KEYS", default=[])

# How many years a report of the dashboard is kept.
REPORT_YEARS = env.int("REPORT_YEARS", default=5)

# --- What Regard is made of ----------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "django_htmx",
    "django_q",
    "rest_framework",
    "drf_spectacular",
    "template_partials",
    "csp",
    "portal.lib",
    "accounts",
    "consents",
    "dsar",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.NoStoreMiddleware",
    "accounts.middleware.PersonalSettingsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    # Closed by default: a public page says @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.StaffSecondFactorMiddleware",
    "consents.middleware.GlobalPrivacyControlMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.RefusedRuleMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Where the data lies -------------------------------------------------------------------------
# Without a DATABASE_URL, and only then, the demo and the tests use the embedded PostgreSQL, whose
# socket lies in its data directory. portal/checks.py refuses that outside the demo.
EMBEDDED_DATABASE_DIR = Path(env.str("EMBEDDED_DATABASE_DIR", default=str(STATE_DIR / "postgres")))
EMBEDDED_DATABASE = not env.str("DATABASE_URL", default="")
if not EMBEDDED_DATABASE:
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": env.str("REGARD_DATABASE_NAME", default="regard"),
            "USER": "regard",
            "HOST": str(postgres.socket_directory(EMBEDDED_DATABASE_DIR)),
            "PORT": postgres.PORT,
        }
    }
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Who cannot be served should hear so soon, and not when the browser gives up.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DATABASES["default"].setdefault("TEST", {})["NAME"] = env.str(
    "TEST_DATABASE_NAME", default="test_regard"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
        # Rate limits are kept under network addresses; the table shows neither those nor anything.
        "KEY_FUNCTION": "portal.lib.cache.sealed_key",
        # Above this Django drops a third of the rows, whichever: no rate limit may be among them.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("FILES_DIR", default=str(STATE_DIR / "files"))},
    },
    # The ledger of erasures, apart from what a restore brings back (ADR 23).
    "erasures": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.str("ERASURE_LEDGER_DIR", default=str(STATE_DIR / "erasures")),
            "file_permissions_mode": 0o400,
        },
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool("REGARD_STATIC_MANIFEST", default=True)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Further storages that hold people's files, for sources of the type "storage" (docs/sources.md).
STORAGES |= env.json("EXTRA_STORAGES", default={})
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"

# --- Sign-in -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    # NIST SP 800-63B-4: length, and a list of known passwords; no rules of composition.
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 900
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# By code and not by link: a link works for whoever finds it, in whatever browser.
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_USER_DISPLAY = "accounts.adapter.display"
ACCOUNT_FORMS = {"signup": "accounts.forms.SignupForm"}
# Each limit counts requests per network address, and where it says "key" per e-mail address.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "20/m/ip",
    "request_login_code": "20/m/ip,3/m/key",
    "reset_password": "20/m/ip,5/m/key",
    "confirm_email": "1/10s/key",
    "reauthenticate": "10/m/user",
    "manage_email": "10/m/user",
    "verify_receipt": "30/m/ip",
    # Of a signer's link: codes sent, and codes tried. A refusal by it has no limit.
    "send_link_code": "20/m/ip,3/5m/key,20/d/key",
    "open_link": "20/m/ip,30/h/key",
    # Of the public form, so that a stranger's tries shut nobody out (ADR 26): what one browser asks
    # for and tries; what is mailed to one address, and the slower pace once that is used up;
    # objections, which need no code, about one address from one network; links sent anew.
    "ask_for_code": "20/m/ip,5/5m/key",
    "send_ask_code": "3/5m/key,8/d/key",
    "send_ask_code_slowly": "1/3h/key",
    "try_ask_code": "20/m/ip,30/h/key",
    "send_ask": "10/m/ip,5/h/key",
    "send_confirmation": "20/m/ip,3/5m/key,10/d/key",
}
# How many proxies of ours stand before us: the network address is read from what they add.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int(
    "TRUSTED_PROXIES", default=1 if env.bool("BEHIND_PROXY", default=False) else 0
)
# Single sign-on: docs/people.md says what an entry holds. Of "settings",
# "trusted_email_domains" and "second_factor" are ours (accounts/single_sign_on.py).
OIDC_PROVIDERS = env.json("OIDC_PROVIDERS", default=[])
SINGLE_SIGN_ON_ORIGINS = sorted(
    {"/".join(provider["settings"]["server_url"].split("/")[:3]) for provider in OIDC_PROVIDERS}
)
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": OIDC_PROVIDERS}}
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_TOTP_TOLERANCE = 1  # one code before and after: telephones' clocks are not exact
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Regard"
# WebAuthn wants https, but for localhost: the demo is reached over http there.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
USERSESSIONS_TRACK_ACTIVITY = True
# Machine clients alone: no page asks a person to let an application in.
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_PRIVATE_KEY = env.str("OAUTH_PRIVATE_KEY", default="", multiline=True)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.authentication.MachineAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.errors.handler",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.ClientThrottle"],
    "UNAUTHENTICATED_USER": None,
}
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=6000)  # of each machine client
# Questions about very many documents that are answered at the same time: pages go first.
BULK_AT_ONCE = env.int("BULK_AT_ONCE", default=2)
TOKENS_PER_MINUTE = env.int("TOKENS_PER_MINUTE", default=30)  # asked for, per network address
SPECTACULAR_SETTINGS = {
    "TITLE": "Regard",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "consents.models.Document.Status",
        "KindEnum": "consents.models.Document.Kind",
        "RequestKindEnum": "dsar.api_fields.KIND_CHOICES",
        "RequestStatusEnum": "dsar.states.Status",
        "RequestIdentityEnum": "dsar.models.requests.Identity",
    },
}

# --- Requests about one's data -------------------------------------------------------------------
# Where personal data lies, in the order in which people read it. Each class can show and erase.
DSAR_SOURCES = [
    *(f"dsar.sources.portal.{name}" for name in [
        "AccountSource",
        "SignInSource",
        "OrganisationSource",
        "DocumentSource",
        "UseSource",
        "ChoiceSource",
        "AnnouncementSource",
        "PermitSource",
        "RequestSource",
        "AccessLogSource",
        "LinkSource",
        "MailSource",
        "InboundSource",
    ]),
    *env.list("EXTRA_SOURCES", default=[]),
]  # fmt: skip
# A folder with a file (YAML) for each further source: docs/sources.md.
SOURCES_DIR = env.str("SOURCES_DIR", default="")
# A copy goes out without a human look unless a source failed; this makes a look the rule.
REVIEW_EVERY_COPY = env.bool("REVIEW_EVERY_COPY", default=False)
# For how long an approved erasure can be taken back; it never moves the date of the answer.
ERASURE_GRACE_HOURS = env.float("ERASURE_GRACE_HOURS", default=24)
# After how many days the last backup that still holds something erased is overwritten.
BACKUP_DAYS = env.int("BACKUP_DAYS", default=35)
# Acts for which one person asks and another one decides; empty for an office of one.
SECOND_PERSON = env.list("SECOND_PERSON", default=["refuse", "extend", "erase_evidence", "change"])
PACKAGE_DAYS = env.int("PACKAGE_DAYS", default=30)
# Data of others in a copy (art. 15(4)): "suggest" places for staff to decide about, or "none".
REDACT = env.str("REDACT", default="suggest", choices=("suggest", "none"))
REDACT_MOST_BYTES = env.int("REDACT_MOST_BYTES", default=50 * 1024 * 1024)  # of one file
# Who asks: for how many days a confirmation is waited for, and a link to give it works.
IDENTITY_DAYS = env.int("IDENTITY_DAYS", default=30)
IDENTITY_LINK_DAYS = env.int("IDENTITY_LINK_DAYS", default=14)
# How long ago a request that staff or the service enter may have reached us.
RECEIVED_WITHIN_DAYS = env.int("RECEIVED_WITHIN_DAYS", default=365)
DRAFT_DAYS = env.int("DRAFT_DAYS", default=30)
# What of the staff's activity is marked, and when officers' day comes if they chose no hour.
MANY_IN_AN_HOUR = env.int("MANY_IN_AN_HOUR", default=25)  # files of different people
WITHOUT_REQUEST = env.int("WITHOUT_REQUEST", default=10)  # files opened in the period
DIGEST_HOUR = env.int("DIGEST_HOUR", default=8)
# Files that people and staff send with a request: how large each, how many at once.
ENCLOSURE_BYTES = env.int("ENCLOSURE_BYTES", default=10 * 1024 * 1024)
ENCLOSURES_AT_ONCE = env.int("ENCLOSURES_AT_ONCE", default=5)

# Who lives elsewhere is answered under the law of that place; on, under the GDPR all the same.
ANSWER_ALL_UNDER_GDPR = env.bool("ANSWER_ALL_UNDER_GDPR", default=False)
# A question asked later than this after receipt does not stop the clock: it came with undue delay.
PAUSE_WITHIN_DAYS = env.int("PAUSE_WITHIN_DAYS", default=14)

# --- The worker ----------------------------------------------------------------------------------
STEP_LEASE_SECONDS = env.int("STEP_LEASE_SECONDS", default=60)
# Waits before a source that failed is asked again; after the last one the step has failed.
STEP_BACKOFF_SECONDS = env.list("STEP_BACKOFF_SECONDS", cast=int, default=[60, 120, 300, 900])
# Waits before a system that did not take a choice is told again; after the last one, staff see it.
DELIVERY_BACKOFF_SECONDS = env.list(
    "DELIVERY_BACKOFF_SECONDS", cast=int, default=[30, 120, 600, 3600, 21600, 43200, 86400]
)
# Hosts of our own ("host" or "host:port") that may be called although they are not public, and
# without TLS. All others only over https, at a public address (portal/lib/outgoing.py).
OUTGOING_ALLOWED_HOSTS = [host.lower() for host in env.list("OUTGOING_ALLOWED_HOSTS", default=[])]
Q_CLUSTER = {
    "name": "regard",
    "orm": "default",
    "workers": env.int("WORKERS", default=2),
    "timeout": 300,
    "retry": 600,  # more than the timeout, or a running job would be handed out twice
    "ack_failures": True,  # our own step rows decide about attempts and backoff
    "max_attempts": 1,
    "catch_up": False,
    "save_limit": 250,
    "poll": env.float("WORKER_POLL_SECONDS", default=0.2),
    "guard_cycle": 1,
    "scheduler": True,
}

# --- Mail ----------------------------------------------------------------------------------------
vars().update(env.email("EMAIL_URL", default="smtp://localhost:1025"))
EMAIL_TIMEOUT = 10  # seconds for each answer of the mail server
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Regard <privacy@localhost>")

# --- Tongue and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Paris")  # the controller's own

# --- Security ------------------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", default=not DEMO)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # monitors ask the server itself, behind the proxy
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "regard_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "regard_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.stale_form"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "portal.lib.uploads.StopAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# An event of a hook may carry the signed documents themselves.
HOOK_MAX_BYTES = env.int("HOOK_MAX_BYTES", default=32 * 1024 * 1024)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # Chromium holds the redirect after a form to this list too: single sign-on leads away.
        "form-action": [SELF, *SINGLE_SIGN_ON_ORIGINS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"hide_tokens": {"()": "portal.lib.logs.HideTokens"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["hide_tokens"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # The demo's mail server tells at INFO to whom each mail goes.
    "loggers": {"mail.log": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
