"""Starting a service that is expected not to start."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

from tests.forked import Forked
from tests.servers import free_port

_CONFIGURED = "HANDRAISE_"
_PATIENCE = 120


def start(service: str, directory: Path, *around: str, **settings: str) -> tuple[int, str]:
    """The exit code and the last line on stderr of a service with these settings."""
    given = {
        "HANDRAISE_REDIS_URL": "redis://127.0.0.1:1/0",
        "HANDRAISE_DATA_DIR": str(directory),
        f"HANDRAISE_{service.upper()}_PORT": str(free_port()),
    } | {f"{_CONFIGURED}{name.upper()}": value for name, value in settings.items()}
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_CONFIGURED)}
    environment = inherited | {name: value for name, value in given.items() if value}
    code, said = _run(f"services.{service}", around, environment)
    lines = said.strip().splitlines()
    assert not [line for line in lines if line.startswith("Traceback")], said
    return code, lines[-1] if lines else ""


def _run(module: str, around: tuple[str, ...], environment: dict[str, str]) -> tuple[int, str]:
    if around:
        command = [*around, sys.executable, "-m", module]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
        return done.returncode, done.stderr
    with NamedTemporaryFile("r") as log:
        code = Forked(module, environment=environment, log=Path(log.name)).wait(_PATIENCE)
        return code, log.read()
