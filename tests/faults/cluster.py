"""Two nodes of a Redis Cluster, of which one holds no key."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from redis import Redis

from tests.processes import until
from tests.security.servers import server
from tests.servers import free_port


@contextmanager
def empty_node(directory: Path) -> Iterator[int]:
    """The port of a node that answers MOVED, whatever it is asked for."""
    directory.mkdir()
    with ExitStack() as stack:
        empty, full = (stack.enter_context(_node(directory / name)) for name in ("empty", "full"))
        full.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        bus = full.config_get("cluster-port")["cluster-port"]
        address = full.connection_pool.connection_kwargs
        empty.execute_command("CLUSTER", "MEET", "127.0.0.1", address["port"], bus)
        until(lambda: empty.execute_command("CLUSTER INFO")["cluster_state"] == "ok")
        yield int(empty.connection_pool.connection_kwargs["port"])


@contextmanager
def _node(directory: Path) -> Iterator[Any]:
    directory.mkdir()
    port = free_port()
    options = ["--port", str(port), "--cluster-enabled", "yes", "--cluster-port", str(free_port())]
    with server(directory, port, *options), Redis(port=port) as node:
        yield node
