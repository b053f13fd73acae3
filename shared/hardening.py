"""What must not be in production: missing passwords, well-known ones, secrets open to others."""

import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

LEAST_TOKEN_CHARACTERS = 32
_WELL_KNOWN = {"", "handraise", "postgres", "password"}


def weak_redis(url: str) -> str | None:
    """Why a Redis address is not fit for production, or None.

    >>> weak_redis("redis://redis:6379/0")
    'HANDRAISE_REDIS_URL has no password and redis is another machine'
    >>> weak_redis("redis://127.0.0.1:6379/0")
    """
    address = urlsplit(url)
    if address.password or address.hostname is None or _is_loopback(address.hostname):
        return None
    return f"HANDRAISE_REDIS_URL has no password and {address.hostname} is another machine"


def weak_database(url: str) -> str | None:
    """Why a database address is not fit for production, or None; SQLite needs no password.

    >>> weak_database("postgresql://handraise:handraise@db/handraise")
    'the password in HANDRAISE_DATABASE_URL is missing or well known'
    """
    address = urlsplit(url)
    if address.scheme.startswith("sqlite"):
        return None
    if unquote(address.password or "") in _WELL_KNOWN:
        return "the password in HANDRAISE_DATABASE_URL is missing or well known"
    return None


def weak_token(path: Path) -> str | None:
    """Why the administrator's token is not fit for production, or None."""
    if not path.is_file():
        return f"there is no admin token in {path}"
    if len(path.read_text(encoding="utf-8").strip()) < LEAST_TOKEN_CHARACTERS:
        return f"the admin token in {path} has less than {LEAST_TOKEN_CHARACTERS} characters"
    return None


def open_key(path: Path) -> str | None:
    """Why a key file is not fit for production, or None; a missing one is made by its service."""
    if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"others may read {path}: chmod 600 it"
    return None


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")
