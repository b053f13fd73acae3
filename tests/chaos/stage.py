"""An installation whose processes can be killed and started again within milliseconds."""

import shutil
import signal
import time
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import httpx
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from handraise.embedded import find_server
from shared.streams import Keyspace
from tests.chaos import children
from tests.chaos.children import Plant
from tests.forked import warm_context
from tests.processes import SERVICES, TOKEN, is_ready, until
from tests.servers import free_port

REDIS = "redis"
NAMES = (REDIS, *SERVICES)
DRAIN_SECONDS = 10.0


@dataclass
class Stage:
    """Redis and the three services in one directory.

    Attributes:
        plant: what is planted into every service, if anything.
        settings: more environment variables.
        wrapper: a command that starts Redis, if it is not to be started as it is.
        deaths: exit codes of processes that ended without having been killed.
    """

    directory: Path
    plant: Plant | None = None
    settings: dict[str, str] = field(default_factory=dict)
    wrapper: tuple[str, ...] = ()
    context: ForkServerContext = field(default_factory=warm_context)
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in NAMES})
    running: dict[str, ForkServerProcess] = field(default_factory=dict)
    deaths: list[tuple[str, int]] = field(default_factory=list)

    @property
    def keys(self) -> Keyspace:
        """Where the streams are."""
        return Keyspace("handraise")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['review']}"

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.ports[REDIS]}/0"

    def redis(self) -> Any:
        """A client that never repeats a command by itself."""
        return Redis.from_url(
            self.redis_url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=2.0,
            socket_connect_timeout=2.0,
        )

    def is_written(self, run: str) -> bool:
        """Whether this run of Redis still lasts, and has written all that it has acknowledged.

        With `everysec` it acknowledges up to two seconds before it writes, while it waits for
        the disk: killed then, it forgets what it has acknowledged.
        """
        with self.redis() as client:
            told = client.info()
            return bool(told["run_id"] == run and told["aof_buffer_length"] == 0)

    def api(self, token: str = TOKEN) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=10
        )

    @property
    def environment(self) -> dict[str, str]:
        ports = {f"HANDRAISE_{n.upper()}_PORT": str(self.ports[n]) for n in SERVICES}
        return ports | {
            "HANDRAISE_REDIS_URL": self.redis_url,
            "HANDRAISE_DATA_DIR": str(self.directory),
            "HANDRAISE_RATE_LIMIT": "0",
            "HANDRAISE_STRANGER_RATE_LIMIT": "0",
            "HANDRAISE_CLAIM_IDLE_SECONDS": "0.5",
            "HANDRAISE_KEEP_ENTRIES": "10000000",
            "HANDRAISE_CHECKPOINT_EVERY": "50",
            **self.settings,
        }

    def start(self, name: str, plant: Plant | None = None) -> None:
        """Start one process, with something else planted if given; it need not be ready."""
        log = self.directory / f"{name}.log"
        target: Any = children.run_service
        arguments: tuple[object, ...] = (name, self.environment, log, plant or self.plant)
        if name == REDIS:
            command = self.server_command(self.directory / REDIS, self.ports[REDIS])
            target, arguments = children.run_program, (command, log)
        process = self.context.Process(target=target, args=arguments, name=name)
        process.start()
        self.running[name] = process

    def start_another(self, service: str) -> str:
        """A further replica of a service, called `another ...`; its address, once it is ready."""
        first, known = self.running[service], self.ports
        port = free_port()
        self.ports = {**known, service: port}
        self.start(service)
        self.ports = known
        self.running[f"another {service}"], self.running[service] = self.running[service], first
        until(lambda: is_ready(port, 2.0))
        return f"http://127.0.0.1:{port}"

    def start_all(self) -> None:
        secrets = self.directory / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / "admin.token").write_text(TOKEN)
        for name in NAMES:
            self.start(name)

    def kill(self, name: str, plant: Plant | None = None) -> None:
        """SIGKILL, then start again at once."""
        process = self.running[name]
        process.kill()
        process.join()
        if process.exitcode not in {-signal.SIGKILL, None}:
            self.deaths.append((name, process.exitcode))
        self.start(name, plant)

    def lose_redis(self) -> None:
        """SIGKILL, its files deleted, and started again at the same address."""
        self.running[REDIS].kill()
        self.running[REDIS].join()
        shutil.rmtree(self.directory / "redis")
        self.start(REDIS)

    def revive(self) -> None:
        """Start again what ended by itself, as a supervisor does."""
        for name, process in list(self.running.items()):
            if process.exitcode is not None:
                self.deaths.append((name, process.exitcode))
                self.start(name)

    def is_ready(self) -> bool:
        """Whether all processes are, and say so."""
        try:
            with self.redis() as client:
                client.ping()
        except (RedisError, OSError):
            return False
        return all(is_ready(self.ports[name], 2.0) for name in SERVICES)

    def stop(self) -> dict[str, int | None]:
        """SIGTERM to the services; their exit codes, None for one that had to be killed."""
        codes: dict[str, int | None] = {}
        for name in SERVICES:
            self.running[name].terminate()
        end = time.monotonic() + DRAIN_SECONDS
        for name in SERVICES:
            self.running[name].join(max(0.0, end - time.monotonic()))
            codes[name] = self.running[name].exitcode
        return codes

    def close(self) -> None:
        """Leave nothing behind."""
        for process in self.running.values():
            process.kill()
            process.join()

    def server_command(self, data: Path, port: int, **more: str) -> list[str]:
        """What starts a Redis in a directory, at a port, with more options."""
        data.mkdir(exist_ok=True)
        options = {
            "bind": "127.0.0.1",
            "port": str(port),
            "dir": str(data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            **more,
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return [*self.wrapper, str(find_server().path), *words]
