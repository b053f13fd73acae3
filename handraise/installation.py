"""Where an installation runs: what `up` writes down, and how the other commands find it."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from handraise.settings import Settings
from shared.errors import Misconfigured
from shared.streams import Keyspace


@dataclass(frozen=True)
class Installation:
    """A running installation.

    Attributes:
        url: the review service.
        redis_url: the Redis server.
        prefix: first part of every Redis key.
        partitions: into how many the streams are divided; None if they are not.
        services: address of each service by name.
        pid: process of the `up` that keeps it running.
    """

    url: str
    redis_url: str
    prefix: str
    services: dict[str, str] = field(default_factory=dict)
    pid: int = 0
    partitions: int | None = None

    @property
    def keys(self) -> Keyspace:
        """Where everything stands in Redis."""
        return Keyspace(self.prefix, self.partitions)


def write_down(installation: Installation, data_dir: Path) -> Path:
    """Tell the other commands where the installation runs; gives the file to remove at the end."""
    path = data_dir / "run.json"
    _write_private(path, json.dumps(asdict(installation), indent=1))
    return path


def locate(settings: Settings) -> Installation:
    """The installation that these settings mean: HANDRAISE_URL, else the one in the data directory.

    Raises:
        Misconfigured: there is none.
    """
    try:
        running = json.loads((settings.data_dir / "run.json").read_text())
        here = Installation(**running)
    except FileNotFoundError:
        here = None
    except (OSError, ValueError, TypeError) as error:
        raise Misconfigured(f"cannot read {settings.data_dir / 'run.json'}: {error}") from error
    if settings.url:
        redis_url = settings.redis_url or (here.redis_url if here else "")
        address = settings.url.rstrip("/")
        return Installation(address, redis_url, settings.prefix, partitions=settings.partitions)
    if here is None:
        raise Misconfigured(
            f"nothing runs in {settings.data_dir}: start it with `handraise up`, "
            "or name a running installation in HANDRAISE_URL and HANDRAISE_TOKEN"
        )
    return here


def require_redis(installation: Installation) -> str:
    """The installation's Redis address.

    Raises:
        Misconfigured: it is not known.
    """
    if not installation.redis_url:
        raise Misconfigured("the address of Redis is not known: set HANDRAISE_REDIS_URL")
    return installation.redis_url


def admin_token(settings: Settings) -> str:
    """The administrator's token, created where there is none."""
    path = settings.admin_token_path
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(32))
    return path.read_text().strip()


def token(settings: Settings) -> str:
    """The token that commands use: HANDRAISE_TOKEN, else the administrator's.

    Raises:
        Misconfigured: there is none.
    """
    if settings.token:
        return settings.token
    try:
        return settings.admin_token_path.read_text().strip()
    except OSError as error:
        raise Misconfigured(
            f"no token: set HANDRAISE_TOKEN ({settings.admin_token_path}: {error.strerror})"
        ) from error


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123 - mode at birth
        file.write(text)
    draft.replace(path)
