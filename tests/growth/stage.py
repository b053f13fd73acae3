"""The three services on servers of which one may die."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from shared.connecting import connect_blocking
from shared.streams import Keyspace
from tests.chaos.stage import Stage
from tests.faults.ground import Ground
from tests.growth.nodes import Servers
from tests.processes import SERVICES, TOKEN, is_ready


@dataclass
class Grown(Stage):
    """A stage whose Redis is not one of its own processes.

    Attributes:
        servers: where Redis is.
    """

    servers: Servers = field(kw_only=True)

    def __post_init__(self) -> None:
        self.settings |= {
            "HANDRAISE_REDIS_URL": self.servers.url,
            "HANDRAISE_WAIT_REPLICAS": "1",
        }
        if self.servers.partitions:
            self.settings["HANDRAISE_PARTITIONS"] = str(self.servers.partitions)

    @property
    @override
    def keys(self) -> Keyspace:
        return Keyspace("handraise", self.servers.partitions)

    @override
    def redis(self) -> Any:
        return connect_blocking(self.servers.url, 2.0)

    @override
    def start_all(self) -> None:
        secrets = self.directory / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / "admin.token").write_text(TOKEN)
        for name in SERVICES:
            self.start(name)

    @override
    def is_ready(self) -> bool:
        return all(is_ready(self.ports[name], 2.0) for name in SERVICES)


@contextmanager
def grown(directory: Path, servers: Servers) -> Iterator[Ground]:
    """An installation on these servers, all services ready."""
    made = Ground(Grown(directory, servers=servers))
    try:
        made.begin()
        yield made
    finally:
        made.end()
