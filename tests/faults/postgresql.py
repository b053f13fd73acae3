"""A PostgreSQL that may be killed, and started again on the same data."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests.processes import until
from tests.servers import free_port, missing

MOST_CONNECTIONS = 30


@dataclass
class Cluster:
    """One server and its data."""

    directory: Path
    programs: Path
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        self.data.mkdir()
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.directory.chmod(0o755)
            shutil.chown(self.data, "postgres", "postgres")
        command = self._command("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        subprocess.run(command, check=True, capture_output=True)

    def start(self) -> None:
        """Start, and wait until it has recovered and answers."""
        options = ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-k", str(self.data)]
        options += ["-c", f"max_connections={MOST_CONNECTIONS}"]
        with (self.directory / "postgres.log").open("ab") as log:
            self._server = subprocess.Popen(
                self._command("postgres", *options), stdout=log, stderr=log
            )
        until(self._answers)

    def stop(self, how: signal.Signals) -> None:
        """SIGQUIT ends it at once and without a word, as a crash does."""
        server, self._server = self._server, None
        if server is not None:
            postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, how)
            server.wait(20)

    @property
    def data(self) -> Path:
        return self.directory / "cluster"

    def _command(self, program: str, *options: str) -> list[str]:
        owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        return [*owner, str(self.programs / program), "-D", str(self.data), *options]

    def _answers(self) -> bool:
        engine = create_engine(self.url)
        try:
            engine.connect().close()
        except OperationalError:
            return False
        finally:
            engine.dispose()
        return True


@contextmanager
def cluster(directory: Path) -> Iterator[Cluster]:
    """A running cluster; a missing PostgreSQL is a failure in CI."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    program = shutil.which("postgres")
    if not found and program is None:
        missing("PostgreSQL", "postgresql")
        return
    made = Cluster(directory, found[-1].parent if found else Path(str(program)).resolve().parent)
    made.create()
    try:
        made.start()
        yield made
    finally:
        made.stop(signal.SIGQUIT)
