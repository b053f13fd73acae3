"""Starting a service that is expected not to start."""

import os
import subprocess
import sys
from pathlib import Path

from tests.servers import free_port

_CONFIGURED = "HANDRAISE_"


def start(service: str, directory: Path, *around: str, **settings: str) -> tuple[int, str]:
    """The exit code and the last line on stderr of a service with these settings."""
    given = {
        "HANDRAISE_REDIS_URL": "redis://127.0.0.1:1/0",
        "HANDRAISE_DATA_DIR": str(directory),
        f"HANDRAISE_{service.upper()}_PORT": str(free_port()),
    } | {f"{_CONFIGURED}{name.upper()}": value for name, value in settings.items()}
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_CONFIGURED)}
    said = subprocess.run(
        [*around, sys.executable, "-m", f"services.{service}"],
        env=inherited | {name: value for name, value in given.items() if value},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    lines = said.stderr.strip().splitlines()
    assert not [line for line in lines if line.startswith("Traceback")], said.stderr
    return said.returncode, lines[-1] if lines else ""
