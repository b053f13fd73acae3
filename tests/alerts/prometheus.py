"""A real Prometheus of a test's own, with our rules."""

import shutil
import subprocess
import time
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
_MINUTES, _STEP_SECONDS = 3, 3
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

    client: httpx.Client

    def rang(self) -> set[Ring]:
        """What has rung since the beginning, if only for a moment."""
        found = self.ask('max_over_time(ALERTS{alertstate="firing"}[1h])')
        return {Ring.of(each["metric"]) for each in found}

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression yields now."""
        found: list[dict[str, Any]] = self._get("query", query=expression)["result"]
        return found

    def history(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression yielded in the last minutes, as a panel draws them."""
        now = time.time()
        period = {"start": now - _MINUTES * 60, "end": now, "step": _STEP_SECONDS}
        found: list[dict[str, Any]] = self._get("query_range", query=expression, **period)["result"]
        return found

    def values(self, label: str, series: str) -> list[str]:
        """The values that a label has in some series."""
        found: list[str] = self._get(f"label/{label}/values", **{"match[]": series})
        return found

    def _get(self, path: str, **params: str | float) -> Any:
        answer = self.client.get(f"/api/v1/{path}", params=params)
        assert answer.is_success, f"{params}: {answer.text}"
        return answer.json()["data"]

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            return self.client.get("/-/ready").is_success
        except httpx.HTTPError:
            return False


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
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        made = Prometheus(client)
        try:
            until(made.is_ready)
            yield made
        finally:
            process.kill()


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
