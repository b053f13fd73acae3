"""A service as the composition runs it, out of its image's files, by runc."""

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.processes import until

_STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Container:
    """A service that runs.

    Attributes:
        name: what runc knows it by.
        told: its image's configuration.
        runc: how runc is called.
        process: that of runc, which hands signals on and ends as the service does.
    """

    name: str
    told: Mapping[str, Any]
    runc: list[str]
    process: subprocess.Popen[bytes]
    port: int

    @property
    def pid(self) -> int:
        """The service itself, as this machine sees it."""
        state = subprocess.run([*self.runc, "state", self.name], capture_output=True, check=True)
        return int(json.loads(state.stdout)["pid"])

    def is_healthy(self) -> bool:
        """What the image's own health check says."""
        kind, *command = self.told["Healthcheck"]["Test"]
        assert kind == "CMD"
        asked = [word.replace("8080", str(self.port)) for word in command]
        running = [*self.runc, "exec", self.name, *asked]
        return subprocess.run(running, capture_output=True, check=False).returncode == 0

    def megabytes(self) -> float:
        """Resident memory."""
        return float(psutil.Process(self.pid).memory_info().rss / 1e6)

    def faults(self) -> list[str]:
        """What it may do and should not; empty as it should be."""
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{self.pid}/status").read_text().splitlines()
        )
        mounts = Path(f"/proc/{self.pid}/mountinfo").read_text().splitlines()
        (root,) = [line.split() for line in mounts if line.split()[4] == "/"]
        return [
            *(["it runs as root"] if "0" in status["Uid"].split() else []),
            *(["it has capabilities"] if int(status["CapBnd"], 16) else []),
            *(["it may gain privileges"] if status["NoNewPrivs"].strip() != "1" else []),
            *(["it may write its own files"] if "ro" not in root[5].split(",") else []),
        ]

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.terminate()
        return self.process.wait(_STOP_SECONDS)


@contextmanager
def running(
    bundle: Path,
    root: Path,
    told: Mapping[str, Any],
    service: Mapping[str, Any],
    mounts: list[dict[str, Any]],
    environment: Mapping[str, str],
    port: int,
) -> Iterator[Container]:
    """One service; `service` is its part of the composition, `told` its image's configuration."""
    bundle.mkdir()
    runc = ["runc", "--root", str(bundle.parent / "runc")]
    subprocess.run([*runc, "spec", "--bundle", str(bundle)], check=True)
    specification = json.loads((bundle / "config.json").read_text())
    _confine(specification, service)
    specification["root"] = {"path": str(root), "readonly": service["read_only"]}
    specification["mounts"] += mounts + [_memory(path) for path in service["tmpfs"]]
    user, group = map(int, told["User"].split(":"))
    given = {**service["environment"], **environment}
    specification["process"] |= {
        "terminal": False,
        "user": {"uid": user, "gid": group},
        "args": told["Cmd"],
        "cwd": told["WorkingDir"],
        "env": told["Env"] + [f"{name}={value}" for name, value in given.items()],
    }
    (bundle / "config.json").write_text(json.dumps(specification))
    log = (bundle / "log").open("wb")
    command = [*runc, "run", "--bundle", str(bundle), bundle.name]
    with log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        made = Container(bundle.name, told, runc, process, port)
        try:
            until(lambda: process.poll() is not None or made.is_healthy(), 60.0)
            if process.poll() is not None:
                raise SystemExit(f"image: {shlex.join(command)}\n{(bundle / 'log').read_text()}")
            yield made
        finally:
            if process.poll() is None:
                made.stop()


def _confine(specification: dict[str, Any], service: Mapping[str, Any]) -> None:
    """As Docker reads the composition; the network stays this machine's, which has the stores."""
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    process, linux = specification["process"], specification["linux"]
    process["capabilities"] = {kind: [] for kind in process["capabilities"]}
    process["noNewPrivileges"] = True
    linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "network"]


def bound(source: Path, destination: str, *, writable: bool) -> dict[str, Any]:
    """A file or directory of this machine inside."""
    options = ["rbind", "rw" if writable else "ro", "nosuid", "nodev"]
    return {"destination": destination, "type": "bind", "source": str(source), "options": options}


def _memory(path: str) -> dict[str, Any]:
    options = ["nosuid", "nodev", "noexec", "mode=1777"]
    return {"destination": path, "type": "tmpfs", "source": "tmpfs", "options": options}
