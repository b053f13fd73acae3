"""Addresses of Redis, and clients for them: one server, one behind Sentinel, a cluster.

    redis://host:6379/0
    redis+sentinel://user:password@host:26379,other:26379/0?primary=NAME
    redis+cluster://user:password@host:6379,other:6379

`rediss` in place of `redis` means TLS. The password is the servers'; that of the sentinels is
`sentinel_password`, for those that have one. No client repeats a command by itself: a lost reply
must not double an entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from redis import Redis, Sentinel
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio import Sentinel as AsyncSentinel
from redis.asyncio.cluster import ClusterNode as AsyncClusterNode
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.connection import parse_url
from redis.retry import Retry

from shared.clusters import AsyncCluster, Cluster
from shared.errors import Misconfigured

SENTINEL, CLUSTER = "sentinel", "cluster"
_PORTS = {SENTINEL: 26379, CLUSTER: 6379, "": 6379}
_SILENCE_SECONDS = 10.0
"""A server that says nothing for so long is given up, and connected to anew: it may have vanished
without a word. No command of ours blocks for more than half a second."""


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says.

    Attributes:
        kind: `sentinel`, `cluster`, or empty for one server.
        nodes: hosts and ports: of the server, the sentinels, or some nodes of the cluster.
        plain: the same as an address of one server, the first node's.
        primary: how the sentinels call the server.
        sentinel: how the sentinels are spoken to.
    """

    kind: str
    nodes: tuple[tuple[str, int], ...]
    plain: str
    primary: str = ""
    sentinel: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read an address.

        Raises:
            Misconfigured: it is none.

        >>> Address.parse("redis+cluster://:secret@a:7000,b").nodes
        (('a', 7000), ('b', 6379))
        >>> Address.parse("redis+cluster://:secret@a:7000,b").plain
        'redis://:secret@a:7000'
        """
        scheme, _, kind = urlsplit(url).scheme.partition("+")
        if kind not in _PORTS or (kind and scheme not in {"redis", "rediss"}):
            raise Misconfigured(
                "the address of Redis begins with redis://, redis+sentinel:// or redis+cluster://, "
                "or with rediss in place of redis for TLS"
            )
        if not kind:
            return cls("", (), url)
        return _parsed(url, scheme, kind)


def _parsed(url: str, scheme: str, kind: str) -> Address:
    parts = urlsplit(url)
    access, at, hosts = parts.netloc.rpartition("@")
    nodes = tuple(_node(host, _PORTS[kind]) for host in hosts.split(","))
    options = dict(parse_qsl(parts.query))
    primary = options.pop("primary", "")
    if kind == SENTINEL and not primary:
        raise Misconfigured("an address of sentinels ends with ?primary=NAME, as they call it")
    ours = {name: options.pop(f"sentinel_{name}", None) for name in ("username", "password")}
    query = f"?{urlencode(options)}" if options else ""
    host, port = nodes[0]
    plain = f"{scheme}://{access}{at}{host}:{port}{parts.path}{query}"
    return Address(kind, nodes, plain, primary, {k: v for k, v in ours.items() if v})


def _node(text: str, default: int) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if ":" in text else (text, "", str(default))
    if not host or not port.isdigit():
        raise Misconfigured(f"{text!r} is no HOST:PORT in the address of Redis")
    return host, int(port)


def connect(url: str) -> AsyncRedis:
    """A client for the event loop. That of a cluster takes the same commands."""
    address, timeouts = Address.parse(url), _timeouts(_SILENCE_SECONDS)
    retry = AsyncRetry(NoBackoff(), 0)
    if not address.kind:
        return AsyncRedis.from_url(url, retry=retry, health_check_interval=30, **timeouts)
    options = {**_options(address), **timeouts, "retry": retry}
    if address.kind == SENTINEL:
        told = {**address.sentinel, **timeouts}
        sentinels = AsyncSentinel(list(address.nodes), sentinel_kwargs=told, **options)
        return cast("AsyncRedis", sentinels.master_for(address.primary))
    nodes = [AsyncClusterNode(host, port) for host, port in address.nodes]
    return cast(
        "AsyncRedis", AsyncCluster(startup_nodes=nodes, require_full_coverage=False, **options)
    )


def connect_blocking(url: str, timeout: float = 5.0) -> Redis:
    """A client for threads, which gives a silent server up after a timeout in seconds."""
    address, timeouts = Address.parse(url), _timeouts(timeout)
    retry = Retry(NoBackoff(), 0)
    if not address.kind:
        return Redis.from_url(url, retry=retry, **timeouts)
    options = {**_options(address), **timeouts, "retry": retry}
    if address.kind == SENTINEL:
        told = {**address.sentinel, **timeouts}
        sentinels = Sentinel(list(address.nodes), sentinel_kwargs=told, **options)
        return cast("Redis", sentinels.master_for(address.primary))
    nodes = [ClusterNode(host, port) for host, port in address.nodes]
    return cast("Redis", Cluster(startup_nodes=nodes, require_full_coverage=False, **options))


def _timeouts(seconds: float) -> dict[str, Any]:
    return {"socket_timeout": seconds, "socket_connect_timeout": seconds}


def _options(address: Address) -> dict[str, Any]:
    """What the plain address says beside host and port, as the other clients want it."""
    options: dict[str, Any] = dict(parse_url(address.plain))
    for name in ("host", "port"):
        options.pop(name, None)
    if options.pop("connection_class", None) is not None:
        options["ssl"] = True
    if address.kind == CLUSTER:
        options.pop("db", None)
    return options
