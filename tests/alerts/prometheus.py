"""A real Prometheus of a test's own, with our rules."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests import servers
from tests.alerts.promtool import RULES
from tests.alerts.shrinking import shrunk
from tests.processes import until

_EVERY = "500ms"
_WHOM = ("project", "job", "caller")


@dataclass(frozen=True)
class Ring:
    """An alert that rings, and of whom: a project, else a service, else a sort of caller."""

    alert: str
    whom: str = ""

    @classmethod
    def of(cls, labels: Mapping[str, str]) -> "Ring":
        """From an alert's labels; those that name the process are no part of it."""
        return cls(
            labels["alertname"], next((labels[name] for name in _WHOM if name in labels), "")
        )


@dataclass(frozen=True)
class Prometheus:
    """What its API says."""

    url: str

    def rang(self) -> set[Ring]:
        """What has rung since the beginning, if only for a moment."""
        found = self.ask('max_over_time(ALERTS{alertstate="firing"}[1h])')
        return {Ring.of(each["metric"]) for each in found}

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression yields now."""
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expression}, timeout=10)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]["result"]
        return found


@contextmanager
def prometheus(directory: Path, ports: Mapping[str, int]) -> Iterator[Prometheus]:
    """One that scrapes each of these services, by its port, twice a second; ready."""
    program = shutil.which("prometheus")
    if program is None:
        servers.missing("prometheus", "prometheus")
    directory.mkdir()
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    (directory / "rules.yml").write_text(yaml.safe_dump(shrunk(rules)))
    (directory / "prometheus.yml").write_text(yaml.safe_dump(_configuration(ports)))
    port = servers.free_port()
    options = {
        "config.file": directory / "prometheus.yml",
        "storage.tsdb.path": directory / "data",
        "web.listen-address": f"127.0.0.1:{port}",
        "log.level": "warn",
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    with (
        (directory / "log").open("wb") as log,
        subprocess.Popen([str(program), *words], stderr=log, stdout=log) as process,
    ):
        made = Prometheus(f"http://127.0.0.1:{port}")
        try:
            until(lambda: _is_ready(made.url))
            yield made
        finally:
            process.terminate()


def _configuration(ports: Mapping[str, int]) -> dict[str, Any]:
    return {
        "global": {
            "scrape_interval": _EVERY,
            "scrape_timeout": _EVERY,
            "evaluation_interval": _EVERY,
        },
        "rule_files": ["rules.yml"],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
            for job, port in ports.items()
        ],
    }


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=2).is_success
    except httpx.HTTPError:
        return False
