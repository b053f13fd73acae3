"""The retrainer as a process of its own, and the streams that it talks over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, cast

import redis

from shared.events import CloudEvent, EventDeadLettered, EventType, ModelChanged
from shared.streams import FIELD, Stream
from tests.forked import Forked
from tests.processes import is_ready
from tests.servers import free_port

_PATIENCE_SECONDS = 90
_PREFIX = "handraise"


@dataclass
class RetrainerProcess:
    """Starts, kills and stops the service; reads and writes its streams.

    Attributes:
        directory: the data directory.
        redis_url: where the streams are.
        database_url: where the ledger is.
    """

    directory: Path
    redis_url: str
    database_url: str
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.redis = redis.Redis.from_url(self.redis_url)
        self._process: Forked | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.redis.close()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the process."""
        return os.environ | {
            "HANDRAISE_REDIS_URL": self.redis_url,
            "HANDRAISE_DATABASE_URL": self.database_url,
            "HANDRAISE_DATA_DIR": str(self.directory),
            "HANDRAISE_RETRAINER_PORT": str(self.port),
            "HANDRAISE_CLAIM_IDLE_SECONDS": "0.2",
            "HANDRAISE_KEEP_ARTIFACTS": "1000",
            "HANDRAISE_TURN_SECONDS": "2",
        }

    def start(self) -> None:
        """Start a process and wait until it is ready."""
        log = self.directory / "retrainer.log"
        self._process = Forked("services.retrainer", environment=self.environment, log=log)
        self.wait_for(self.is_ready)

    def kill(self) -> None:
        """Like a power cut."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it stand still, connections open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on, as if no time had passed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """Ask for an end; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(_PATIENCE_SECONDS)
        self._process = None
        return code

    def rebuild(self, version: int) -> int:
        """Learn a version again in a process of its own; the exit code."""
        command = [sys.executable, "-m", "services.retrainer", "rebuild", "churn", str(version)]
        done = subprocess.run(command, env=self.environment, capture_output=True, check=False)
        return done.returncode

    def is_ready(self) -> bool:
        """Whether the process says that it is ready."""
        return is_ready(self.port)

    def send(self, events: Sequence[CloudEvent]) -> None:
        """Put events on their streams."""
        for event in events:
            self.send_raw(event.stream, event.encode())

    def send_raw(self, stream: Stream, document: bytes) -> None:
        """Put anything on a stream."""
        self.redis.xadd(stream.key(_PREFIX), {FIELD: document})

    def events(self, stream: Stream) -> list[CloudEvent]:
        """All that was said on a stream."""
        found = cast(
            "list[tuple[bytes, dict[bytes, bytes]]]", self.redis.xrange(stream.key(_PREFIX))
        )
        return [CloudEvent.decode(fields[FIELD]) for _, fields in found]

    def promoted(self) -> list[ModelChanged]:
        """The versions that were promoted, in the order in which they were announced."""
        return [
            event.data
            for event in self.events(Stream.MODELS)
            if event.type is EventType.MODEL_PROMOTED and isinstance(event.data, ModelChanged)
        ]

    def learned(self, sequence: int) -> ModelChanged:
        """The version that has learned up to `sequence`, once it is announced."""
        self.wait_for(lambda: any(v.learned_up_to >= sequence for v in self.promoted()))
        return self.promoted()[-1]

    def dead_letters(self) -> list[str]:
        """Why entries were refused."""
        letters = self.events(Stream.DEAD_LETTERS)
        return [e.data.reason for e in letters if isinstance(e.data, EventDeadLettered)]

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Return when something holds; fail, with the log, if it never does."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError((self.directory / "retrainer.log").read_text()[-4000:])
            time.sleep(0.02)
