"""Settings: everything that differs between machines comes from the environment, or from dev.env beside manage.py."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import django

BASE_DIR = Path(__file__).resolve().parent.parent

if (BASE_DIR / "dev.env").exists():
    for line in (BASE_DIR / "dev.env").read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            os.environ.setdefault(name, value)


def database(url: str) -> dict:
    """The settings for `sqlite:///file` or `postgresql://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        place = {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path.removeprefix("/") or BASE_DIR / "db.sqlite3",
        }
    else:
        place = {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path.removeprefix("/")}
        place |= {"HOST": parts.hostname or "", "PORT": parts.port or "", "USER": unquote(parts.username or "")}
    return place | {"PASSWORD": unquote(parts.password or "") or os.environ.get("DATABASE_PASSWORD", "")}


SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = os.environ.get("TOOLSHED_DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
DATABASES = {"default": database(os.environ.get("DATABASE_URL", "sqlite:///"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "catalog",
    "people",
    "rentals",
]
MIDDLEWARE = [
    # A middleware that wants to see everything, if the environment names one.
    *filter(None, [os.environ.get("TOOLSHED_RECORDER")]),
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "toolshed.middleware.ShedHeaders",
]
ROOT_URLCONF = "toolshed.urls"
WSGI_APPLICATION = "toolshed.wsgi.application"
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
PASSWORD_HASHERS = ["people.hashers.SteadyHasher"]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/bookings/"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
MEDIA_URL = "media/"
MEDIA_ROOT = os.environ.get("TOOLSHED_MEDIA", BASE_DIR / "media")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MAIL = os.environ.get("TOOLSHED_MAIL", "django.core.mail.backends.console.EmailBackend")
if django.VERSION < (6, 1):
    EMAIL_BACKEND = MAIL
else:
    MAILERS = {"default": {"BACKEND": MAIL}}
DEFAULT_FROM_EMAIL = "desk@toolshed.example"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"toolshed": {"handlers": ["console"], "level": os.environ.get("TOOLSHED_LOG", "WARNING")}},
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}

PRICES_URL = os.environ.get("TOOLSHED_PRICES_URL", "")
PRICES_KEY = os.environ.get("TOOLSHED_PRICES_KEY", "")
WEATHER_URL = os.environ.get("TOOLSHED_WEATHER_URL", "")
WEATHER_KEY = os.environ.get("TOOLSHED_WEATHER_KEY", "")
