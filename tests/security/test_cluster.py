"""The services on a Redis Cluster that speaks TLS only and knows our users only."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from shared.streams import Keyspace
from tests.growth.nodes import Node, a_server, port_with_bus
from tests.loop import close_at
from tests.processes import Installation, until
from tests.security.servers import EXAMPLE, certificates
from tests.servers import missing

KEYS = Keyspace("handraise", 12)


def users() -> str:
    """Our example, changed for a cluster as docs/howto/grow.md says."""
    text = re.sub(r">(\w+)_PASSWORD", lambda m: f">{m[1].lower()}-secret", EXAMPLE.read_text())
    text = re.sub(r"~handraise:(?!partitions)([a-z-]+)", r"~handraise:{*}:\1", text)
    more = "+wait +command +cluster|slots +cluster|shards"
    return re.sub(r"(user (?:scorer|review|retrainer|upstream) .*)", rf"\1 {more}", text)


@dataclass(frozen=True)
class Secured:
    """Six nodes, and the authority that vouches for them."""

    nodes: Sequence[Node]
    authority: Path

    def url(self, user: str) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        access = f"{user}:{user}-secret"
        return f"rediss+cluster://{access}@{hosts}?ssl_ca_certs={self.authority}"

    def ask(self, node: Node, *words: str) -> Any:
        """What a node answers to us; None if it does not."""
        address = {"host": "127.0.0.1", "port": node.port, "ssl": True}
        access = {"username": "ops", "password": "ops-secret", "ssl_ca_certs": str(self.authority)}
        with suppress(RedisError, OSError), Redis(**address, **access) as redis:  # type: ignore[arg-type]
            return redis.execute_command(*words)
        return None

    def is_whole(self) -> bool:
        told = [self.ask(node, "CLUSTER", "INFO") or b"" for node in self.nodes]
        return all(b"cluster_state:ok" in t for t in told)

    def join(self) -> None:
        """Three primaries, a replica each."""
        access = ["--user", "ops", "--pass", "ops-secret", "--tls", "--cacert", str(self.authority)]
        hosts = [f"127.0.0.1:{node.port}" for node in self.nodes]
        create = ["--cluster", "create", *hosts, "--cluster-replicas", "1", "--cluster-yes"]
        command = ["redis-cli", *access, *create]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


@contextmanager
def secured(directory: Path) -> Iterator[Secured]:
    if shutil.which("redis-cli") is None:
        missing("redis-cli", "redis-server")
    authority, certificate, key = map(str, certificates(directory))
    told = directory / "users.acl"
    told.write_text(users())
    options = ["--cluster-enabled", "yes", "--aclfile", str(told)]
    options += ["--masteruser", "ops", "--masterauth", "ops-secret", "--tls-auth-clients", "no"]
    options += ["--tls-cluster", "yes", "--tls-replication", "yes", "--tls-ca-cert-file", authority]
    options += ["--tls-cert-file", certificate, "--tls-key-file", key, "--port", "0"]
    ports = [port_with_bus() for _ in range(6)]
    nodes = [
        a_server(directory / f"node-{port}", port, *options, "--tls-port", str(port))
        for port in ports
    ]
    made = Secured(nodes, Path(authority))
    try:
        for node in nodes:
            node.start()
        until(lambda: all(made.ask(node, "PING") for node in nodes))
        made.join()
        until(made.is_whole)
        yield made
    finally:
        for node in nodes:
            node.kill()


def test_each_service_works_with_its_own_user(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    settings = {"HANDRAISE_PARTITIONS": "12", "HANDRAISE_WAIT_REPLICAS": "1"}
    with secured(tmp_path) as there, ExitStack() as stack:
        whole = Installation(there.url("ops"), data, settings=settings)
        for service in ("retrainer", "scorer", "review"):
            own = replace(whole, redis_url=there.url(service))
            stack.enter_context(own.running(service))
        close_at(whole, there.url("upstream"), KEYS)
        assert [there.ask(node, "ACL", "LOG") for node in there.nodes] == [[]] * 6
