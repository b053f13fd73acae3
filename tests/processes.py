"""The services as processes, for tests."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import httpx

from tests.forked import Forked, Started
from tests.servers import free_port

TOKEN = "admin-token-of-a-test"  # noqa: S105
SERVICES = ("scorer", "review", "retrainer")
PATIENCE_SECONDS = 120.0


@dataclass
class Installation:
    """Services on one data directory and one Redis.

    Attributes:
        wrapper: a command that starts each service, if it is not to be started as it is.
        settings: more environment variables.
    """

    redis_url: str
    directory: Path
    database_url: str | None = None
    wrapper: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: {s: free_port() for s in SERVICES})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['review']}"

    @property
    def api(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
        )

    @property
    def environment(self) -> dict[str, str]:
        given = {"HANDRAISE_DATABASE_URL": self.database_url} if self.database_url else {}
        ports = {f"HANDRAISE_{name.upper()}_PORT": str(p) for name, p in self.ports.items()}
        return {
            **os.environ,
            **given,
            **ports,
            "HANDRAISE_REDIS_URL": self.redis_url,
            "HANDRAISE_DATA_DIR": str(self.directory),
            "HANDRAISE_CLAIM_IDLE_SECONDS": "0.5",
            "HANDRAISE_RATE_LIMIT": "0",
            "HANDRAISE_STRANGER_RATE_LIMIT": "0",
            **self.settings,
        }

    @contextmanager
    def running(self, *services: str) -> Iterator[dict[str, Started]]:
        """Start services and wait until they are ready; stop them politely at the end."""
        secrets = self.directory / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / "admin.token").write_text(TOKEN)
        with ExitStack() as stack:
            processes = {name: stack.enter_context(self._process(name)) for name in services}
            for name in services:
                until(lambda name=name: self.is_ready(name))  # type: ignore[misc]
            yield processes

    def is_ready(self, service: str) -> bool:
        return is_ready(self.ports[service])

    @contextmanager
    def _process(self, name: str) -> Iterator[Started]:
        process = self._start(f"services.{name}", self.directory / f"{name}.log")
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, module: str, log: Path) -> Started:
        if not self.wrapper:
            return Forked(module, environment=self.environment, log=log)
        command = [*self.wrapper, sys.executable, "-m", module]
        with log.open("ab") as output:
            return subprocess.Popen(command, env=self.environment, stderr=output)


def is_ready(port: int, patience: float = 5.0) -> bool:
    """Whether the service there says so.

    It is asked often, while processes start: httpx would read all certificates each time.
    """
    there = HTTPConnection("127.0.0.1", port, timeout=patience)
    with closing(there), suppress(OSError, HTTPException):
        there.request("GET", "/health/ready")
        return there.getresponse().status == 200
    return False


def until(condition: Callable[[], bool], patience: float = PATIENCE_SECONDS) -> None:
    """Wait for a condition; how long it takes is nobody's business."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
