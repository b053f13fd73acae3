"""The checks of `handraise doctor`."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from handraise import repairs
from handraise.append_only import inspect
from handraise.children import Child
from handraise.client import Client
from handraise.embedded import LEAST_VERSION, Server, find_server
from handraise.installation import Installation, locate, token
from handraise.services import why_not_ready
from handraise.settings import Settings
from shared.clusters import server_of
from shared.connecting import CLUSTER, Address, connect_blocking
from shared.errors import Misconfigured
from shared.layout import OtherPartitions, check
from shared.streams import Keyspace

LEAST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: what was looked at.
        good: whether it is as it should be.
        found: what was found.
        cure: what to do about it; empty when it is good.
    """

    check: str
    good: bool
    found: str
    cure: str = ""


def examine(settings: Settings, *, mend: bool = False) -> list[Finding]:
    """Look at everything that an installation needs.

    Args:
        settings: which installation.
        mend: let review repair what is missing; else nothing is changed.
    """
    return [*_machine(settings), *_running(settings, mend=mend)]


def _machine(settings: Settings) -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= LEAST_PYTHON
    yield Finding("python", good, python, "" if good else "install Python 3.11 or newer")
    yield _writable(settings.data_dir)
    if settings.redis_url:
        return
    try:
        server = find_server()
    except Misconfigured as error:
        yield Finding("redis program", False, "none", str(error))
    else:
        version = ".".join(map(str, server.version))
        yield Finding("redis program", True, f"{server.path} {version} ({server.origin})")
        yield from _append_only(server, settings.data_dir)


def _append_only(server: Server, data_dir: Path) -> Iterator[Finding]:
    """Only while it rests: a file that is being written ends anywhere."""
    if Child("redis", data_dir).is_running():
        return
    condition = inspect(server.path, data_dir / "redis")
    if condition is not None:
        yield Finding("redis data", condition.whole, condition.found, condition.cure)


def _writable(directory: Path) -> Finding:
    place = directory.resolve()
    while not place.exists():
        place = place.parent
    good = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    cure = "" if good else "make it writable for this user, or choose another HANDRAISE_DATA_DIR"
    return Finding("data directory", good, str(directory), cure)


def _running(settings: Settings, *, mend: bool) -> Iterator[Finding]:
    try:
        installation = locate(settings)
    except Misconfigured as error:
        if settings.redis_url:
            yield from _redis(settings.redis_url, settings.keys)
        yield Finding("running", True, str(error))
        return
    if installation.redis_url:
        yield from _redis(installation.redis_url, installation.keys)
    yield from _services(settings, installation)
    yield from _gaps(settings, installation, mend=mend)


def _services(settings: Settings, installation: Installation) -> Iterator[Finding]:
    for name, url in (installation.services or {"review": installation.url}).items():
        why = why_not_ready(url)
        logs = settings.data_dir / "logs" / f"{name}.log"
        cure = f"read {logs}; if nothing runs any more, `handraise up` starts it again"
        yield Finding(name, why is None, why or f"ready at {url}", cure if why else "")


def _gaps(settings: Settings, installation: Installation, *, mend: bool) -> Iterator[Finding]:
    try:
        secret = token(settings)
    except Misconfigured as error:
        yield Finding("gaps", True, f"not looked at: {error}")
        return
    with Client(installation.url, secret, retries=0) as client:
        for check, good, found, cure in repairs.told(client, mend=mend):
            yield Finding(check, good, found, cure)


def _redis(url: str, keys: Keyspace) -> Iterator[Finding]:
    shown, seen = url.rsplit("@", maxsplit=1)[-1], set[str]()
    try:
        is_cluster = Address.parse(url).kind == CLUSTER
        with connect_blocking(url) as redis:
            for number in keys.numbers:
                with server_of(redis, keys.marker(number)) as server:
                    told = server.info("server")
                    if told["run_id"] not in seen:
                        seen.add(told["run_id"])
                        where = f"{shown}, port {told['tcp_port']}" if is_cluster else shown
                        yield from _server(server, told, where, is_cluster=is_cluster)
            yield _partitions(redis, keys)
    except (RedisError, Misconfigured, ValueError) as error:
        cure = "start it, or correct HANDRAISE_REDIS_URL; an embedded one comes with `handraise up`"
        yield Finding("redis", False, f"{shown}: {error}", cure)


def _partitions(redis: Redis, keys: Keyspace) -> Finding:
    try:
        check(redis, keys)
    except OtherPartitions as error:
        return Finding("partitions", False, "not those of this Redis", str(error))
    return Finding("partitions", True, str(keys.partitions or "none"))


def _server(
    redis: Redis, told: Mapping[str, object], shown: str, *, is_cluster: bool
) -> Iterator[Finding]:
    yield _version(str(told["redis_version"]), shown)
    if told["redis_mode"] == "cluster" and not is_cluster:
        cure = (
            "begin HANDRAISE_REDIS_URL with redis+cluster:// and set HANDRAISE_PARTITIONS "
            "(docs/howto/grow.md), or give that of a server that holds all keys"
        )
        yield Finding("redis mode", False, "one node of a cluster", cure)
    yield _setting(redis, "appendonly", "yes", "a crash of Redis loses events")
    yield _setting(redis, "maxmemory-policy", "noeviction", "Redis throws events away")


def _version(version: str, shown: str) -> Finding:
    major, minor = (int(part) for part in version.split(".")[:2])
    good = (major, minor) >= LEAST_VERSION
    return Finding(
        "redis", good, f"{version} at {shown}", "" if good else "upgrade to 7.0 or newer"
    )


def _setting(redis: Redis, name: str, wanted: str, otherwise: str) -> Finding:
    try:
        value = str(redis.config_get(name).get(name))
    except RedisError as error:
        return Finding(f"redis {name}", True, f"not told ({error})")
    cure = "" if value == wanted else f"`CONFIG SET {name} {wanted}`: otherwise {otherwise}"
    return Finding(f"redis {name}", value == wanted, value, cure)
