"""Redis servers of which one may die: a cluster of six, or two behind three sentinels."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from redis import Redis
from redis.exceptions import RedisError

from tests.processes import until
from tests.security.servers import program
from tests.servers import free_port, missing

_BUS = 10_000
"""The nodes of a cluster talk to each other at a port so much above their own."""
_BEHIND_SECONDS = 0.5
SILENCE_MILLISECONDS = 1000
"""A primary that says nothing for so long is taken for dead."""


class Servers(Protocol):
    """What a test of a failover needs.

    Attributes:
        url: what services are given.
        partitions: what they are given with it.
    """

    url: str
    partitions: int | None

    def kill_primary(self) -> None:
        """SIGKILL one that takes writes, just after its replica has fallen behind."""
        ...

    def has_another(self) -> bool:
        """Whether a replica has taken the place of the one that was killed."""
        ...

    def revive(self) -> None:
        """Start the killed one again, as a supervisor does; it follows who took its place."""
        ...


@dataclass
class Node:
    """A server process in a directory of its own."""

    directory: Path
    port: int
    command: list[str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.directory.mkdir(exist_ok=True)
        with (self.directory / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def kill_ahead_of(self, replica: "Node") -> None:
        """SIGKILL with writes that a replica has not been sent.

        What is on its way outlives the process that has sent it, so the link is cut before.
        """
        replica.signal(signal.SIGSTOP)
        self.ask("CLIENT", "KILL", "TYPE", "replica")
        time.sleep(_BEHIND_SECONDS)
        self.kill()
        replica.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def ask(self, *words: object) -> Any:
        """A command's answer; None if there is none."""
        with suppress(RedisError, OSError), Redis(port=self.port, socket_timeout=2.0) as redis:
            return redis.execute_command(*words)
        return None


def a_server(directory: Path, port: int, *options: str) -> Node:
    """A server that writes what it acknowledges, and throws nothing away."""
    durable = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
    where = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)]
    quick = ["--repl-diskless-sync-delay", "0", "--repl-timeout", "10"]
    return Node(directory, port, [program(), *where, *durable, *quick, *options])


@dataclass
class Cluster:
    """Implements `Servers`: three primaries, a replica each."""

    nodes: list[Node]
    partitions: int | None = 12
    killed: Node | None = None
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{n.port}" for n in self.nodes)

    def kill_primary(self) -> None:
        """That of the first partition: what is said to all is there too."""
        slot = self.nodes[0].ask("CLUSTER", "KEYSLOT", "{0}")
        port = self._owner(int(slot), self.nodes[0])
        self.killed = next(node for node in self.nodes if node.port == port)
        told = self.killed.ask("INFO", "replication")
        replica = next(n for n in self.nodes if n.port == int(told["slave0"]["port"]))
        self.killed.kill_ahead_of(replica)

    def has_another(self) -> bool:
        alive = next(node for node in self.nodes if node is not self.killed)
        slot = alive.ask("CLUSTER", "KEYSLOT", "{0}")
        owner = slot is not None and self._owner(int(slot), alive)
        return bool(owner and self.killed and owner != self.killed.port)

    def revive(self) -> None:
        if self.killed is not None:
            self.killed.start()

    def is_whole(self) -> bool:
        """Whether all slots are covered, and every replica follows."""
        told = [node.ask("CLUSTER", "INFO") or b"" for node in self.nodes]
        links = [node.ask("INFO", "replication") or {} for node in self.nodes]
        followers = [link for link in links if link.get("master_link_status") == "up"]
        return all(b"cluster_state:ok" in t for t in told) and len(followers) == 3

    def _owner(self, slot: int, asked: Node) -> int | None:
        for first, last, primary, *_ in asked.ask("CLUSTER", "SLOTS") or []:
            if int(first) <= slot <= int(last):
                return int(primary[1])
        return None


@contextmanager
def cluster(directory: Path, partitions: int = 12) -> Iterator[Cluster]:
    """Six nodes on loopback, joined by redis-cli."""
    if shutil.which("redis-cli") is None:
        missing("redis-cli", "redis-server")
    options = ["--cluster-enabled", "yes", "--cluster-node-timeout", str(SILENCE_MILLISECONDS)]
    options += ["--cluster-require-full-coverage", "no", "--cluster-replica-validity-factor", "0"]
    nodes = [
        a_server(directory / f"node-{number}", port_with_bus(), *options) for number in range(6)
    ]
    made = Cluster(nodes, partitions)
    try:
        for node in nodes:
            node.start()
        until(lambda: all(node.ask("PING") for node in nodes))
        addresses = [f"127.0.0.1:{node.port}" for node in nodes]
        join = ["redis-cli", "--cluster", "create", *addresses, "--cluster-replicas", "1"]
        subprocess.run([*join, "--cluster-yes"], check=True, capture_output=True, timeout=60)
        until(made.is_whole)
        yield made
    finally:
        for node in nodes:
            node.kill()


@dataclass
class Watched:
    """Implements `Servers`: a primary and its replica, watched by three sentinels."""

    nodes: list[Node]
    sentinels: list[Node]
    partitions: int | None = None
    killed: Node | None = None
    url: str = field(init=False)

    def __post_init__(self) -> None:
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        self.url = f"redis+sentinel://{hosts}/0?primary=handraise"

    def kill_primary(self) -> None:
        port = self._primary()
        self.killed = next(node for node in self.nodes if node.port == port)
        self.killed.kill_ahead_of(next(node for node in self.nodes if node.port != port))

    def has_another(self) -> bool:
        return self.killed is not None and self._primary() not in {None, self.killed.port}

    def revive(self) -> None:
        if self.killed is not None:
            self.killed.start()

    def is_whole(self) -> bool:
        """Whether the replica follows, and each sentinel knows of it and of the other two."""
        link = self.nodes[1].ask("INFO", "replication") or {}
        told = [sentinel.ask("INFO", "sentinel") or {} for sentinel in self.sentinels]
        masters = [t.get("master0", {}) for t in told]
        return link.get("master_link_status") == "up" and all(
            m.get("slaves") == 1 and m.get("sentinels") == 3 for m in masters
        )

    def _primary(self) -> int | None:
        told = self.sentinels[0].ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "handraise")
        return int(told[1]) if told else None


@contextmanager
def watched(directory: Path) -> Iterator[Watched]:
    """Two servers and three sentinels on loopback."""
    first = a_server(directory / "first", free_port())
    follow = ["--replicaof", f"127.0.0.1 {first.port}"]
    nodes = [first, a_server(directory / "second", free_port(), *follow)]
    sentinels = [_sentinel(directory / f"sentinel-{n}", first.port) for n in range(3)]
    made = Watched(nodes, sentinels)
    try:
        for node in nodes:
            node.start()
        until(lambda: all(node.ask("PING") for node in nodes))
        for sentinel in sentinels:
            sentinel.start()
        until(made.is_whole)
        yield made
    finally:
        for node in (*nodes, *sentinels):
            node.kill()


def _sentinel(directory: Path, primary: int) -> Node:
    directory.mkdir()
    port = free_port()
    lines = [
        f"port {port}",
        "bind 127.0.0.1",
        f"dir {directory}",
        f"sentinel monitor handraise 127.0.0.1 {primary} 2",
        f"sentinel down-after-milliseconds handraise {SILENCE_MILLISECONDS}",
        "sentinel failover-timeout handraise 5000",
    ]
    file = directory / "sentinel.conf"
    file.write_text("\n".join(lines) + "\n")
    return Node(directory, port, [program(), str(file), "--sentinel"])


def port_with_bus() -> int:
    """A port whose companion, at which nodes talk to each other, is free too."""
    while True:
        port = free_port()
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port + _BUS))
            return port
