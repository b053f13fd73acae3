"""A second Redis that follows the first, and takes its place."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from tests.chaos import children
from tests.chaos.stage import REDIS, Stage
from tests.faults.proxy import Proxy, proxy
from tests.processes import until
from tests.servers import free_port


@dataclass
class Replica:
    """Follows through a proxy, so that it can fall behind.

    Attributes:
        link: the way from the primary to it.
    """

    stage: Stage
    link: Proxy
    process: ForkServerProcess
    port: int
    redis: Any = field(init=False)

    def __post_init__(self) -> None:
        self.redis = Redis(port=self.port, socket_timeout=2.0)

    def has_all(self) -> bool:
        """Whether it has everything that the primary has."""
        try:
            told = self.redis.info("replication")
            with self.stage.redis() as primary:
                offset = primary.info("replication")["master_repl_offset"]
        except (RedisError, OSError):
            return False
        return bool(told.get("master_link_status") == "up" and told["slave_repl_offset"] >= offset)

    def lacks(self, stream: str) -> int:
        """How many entries of a stream only the primary has."""
        with self.stage.redis() as primary:
            return int(primary.xlen(stream)) - int(self.redis.xlen(stream))

    def replace_primary(self, way: Proxy) -> None:
        """The primary is killed, and all that is on its way to here is lost with it."""
        primary = self.stage.running[REDIS]
        primary.kill()
        primary.join()
        self.link.lose()
        self.redis.replicaof("NO", "ONE")
        self.stage.running[REDIS], self.stage.ports[REDIS] = self.process, self.port
        way.target = self.port


@contextmanager
def replica(stage: Stage) -> Iterator[Replica]:
    """A replica of the stage's Redis that has caught up."""
    port = free_port()
    with proxy(stage.ports[REDIS]) as link, stage.redis() as primary:
        primary.config_set("repl-diskless-sync-delay", 0)
        data = stage.directory / "replica"
        command = stage.server_command(data, port, replicaof=f"127.0.0.1 {link.port}")
        process = stage.context.Process(
            target=children.run_program, args=(command, stage.directory / "replica.log")
        )
        process.start()
        made = Replica(stage, link, process, port)
        try:
            until(made.has_all)
            yield made
        finally:
            process.kill()
            process.join()
            shutil.rmtree(data)
