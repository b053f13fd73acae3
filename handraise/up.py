"""Everything on this machine: Redis, the three services, and the way in."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from handraise.children import Child, sole_owner
from handraise.client import Client
from handraise.embedded import EmbeddedServer
from handraise.installation import Installation, admin_token, write_down
from handraise.ports import free_ports, require_free
from handraise.programs import Runnable
from handraise.services import SERVICES, Service
from handraise.settings import Settings
from handraise.supervisor import Supervisor

READY_SECONDS = 120.0


@contextlib.contextmanager
def running(settings: Settings, say: Callable[[str], None]) -> Iterator[Installation]:
    """Run an installation for as long as the block lasts; SIGTERM ends the block like Ctrl-C.

    Args:
        settings: where and with what.
        say: takes one line for people.

    Raises:
        Misconfigured: it cannot be started; the message names the cure.
    """
    settings = settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
    with sole_owner(settings.data_dir), _ended_by_sigterm(), contextlib.ExitStack() as stack:
        _end_leftovers(settings.data_dir, say)
        if settings.review_port:
            require_free(settings.review_port, settings.host, "--port")
        admin_token(settings)
        installation, tiers = _plan(settings)
        supervisor = Supervisor(tiers, say)
        stack.callback(_stop, supervisor)
        supervisor.start(READY_SECONDS)
        note = write_down(installation, settings.data_dir)
        stack.callback(note.unlink, missing_ok=True)
        yield installation


def login_link(settings: Settings, installation: Installation) -> str:
    """A link that signs the administrator in, once."""
    with Client(installation.url, admin_token(settings)) as client:
        return client.create_token("admin", kind="login").link(installation.url)


def _end_leftovers(data_dir: Path, say: Callable[[str], None]) -> None:
    for name in (*SERVICES, "redis"):
        pid = Child(name, data_dir).end_leftover()
        if pid is not None:
            say(f"ended {name} (process {pid}), left behind by an earlier start")


def _plan(settings: Settings) -> tuple[Installation, list[list[Runnable]]]:
    tiers: list[list[Runnable]] = []
    redis_url = settings.redis_url
    if not redis_url:
        server = EmbeddedServer(settings.data_dir)
        redis_url = server.url
        tiers.append([server])
    ports = _ports(settings)
    shown = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    urls = {name: f"http://{shown}:{port}" for name, port in ports.items()}
    environment = _environment(settings, redis_url, ports)
    tiers.append(
        [
            Service(name, url=urls[name], directory=settings.data_dir, environment=environment)
            for name in SERVICES
        ]
    )
    found = Installation(
        urls["review"], redis_url, settings.prefix, urls, os.getpid(), settings.partitions
    )
    return found, tiers


def _ports(settings: Settings) -> dict[str, int]:
    asked = {
        "scorer": settings.scorer_port,
        "review": settings.review_port,
        "retrainer": settings.retrainer_port,
    }
    free = free_ports(len(asked), settings.host)
    return {name: port or free.pop() for name, port in asked.items()}


def _environment(settings: Settings, redis_url: str, ports: dict[str, int]) -> dict[str, str]:
    environment = {
        "HANDRAISE_REDIS_URL": redis_url,
        "HANDRAISE_PREFIX": settings.prefix,
        "HANDRAISE_DATA_DIR": str(settings.data_dir),
        "HANDRAISE_HOST": settings.host,
        "HANDRAISE_ADMIN_TOKEN_FILE": str(Path(settings.admin_token_path).resolve()),
        **{f"HANDRAISE_{name.upper()}_PORT": str(port) for name, port in ports.items()},
    }
    if settings.database_url:
        environment["HANDRAISE_DATABASE_URL"] = settings.database_url
    return environment


def _stop(supervisor: Supervisor) -> None:
    """Stop everything; a second Ctrl-C must not leave processes behind."""
    before = [signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        supervisor.stop()
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
