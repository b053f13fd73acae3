"""What Prometheus would make of the real /metrics: alerts that ring, by promtool."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from tests import servers
from tests.meta.repository import ROOT

RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
_HELD_MINUTES = 20
_SAMPLE = re.compile(r"^(handraise_\w+)(?:{(.*)})? (\S+)$", re.MULTILINE)


def rings(alert: str, *scrapes: str, job: str = "review") -> bool:
    """Whether an alert rings at any time while each of these answers holds for 20 minutes.

    Args:
        alert: its name.
        scrapes: what /metrics answered, one after the other.
        job: whose answers they are.
    """
    program = shutil.which("promtool")
    if program is None:
        servers.missing("promtool", "prometheus")
    expression = f'count(max_over_time(ALERTS{{alertname="{alert}",alertstate="firing"}}[1d]))'
    end = _HELD_MINUTES * len(scrapes)
    story = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": _series(_wanted(alert), scrapes, job),
                "promql_expr_test": [
                    {"expr": f"{expression} > bool 0", "eval_time": f"{end}m", "exp_samples": []}
                ],
            }
        ],
    }
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "story.yml")
        file.write_text(yaml.safe_dump(story))
        told = subprocess.run(
            [str(program), "test", "rules", str(file)], capture_output=True, text=True, check=False
        )
    assert told.returncode == 0 or "got:" in told.stdout + told.stderr, told.stdout + told.stderr
    return told.returncode != 0


def _wanted(alert: str) -> set[str]:
    """The metrics of an alert's expression."""
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        for rule in group["rules"]:
            if rule.get("alert") == alert:
                return set(re.findall(r"handraise_\w+", rule["expr"]))
    raise AssertionError(f"there is no alert {alert}")


def _series(names: set[str], scrapes: Sequence[str], job: str) -> list[dict[str, str]]:
    """Each series as promtool writes it; `_` while a scrape did not have it."""
    told: list[dict[str, str]] = [
        {
            f'{name}{{{labels + "," if labels else ""}job="{job}",instance="real"}}': value
            for name, labels, value in _SAMPLE.findall(scrape)
            if name in names
        }
        for scrape in scrapes
    ]
    held = _HELD_MINUTES - 1
    return [
        {"series": each, "values": " ".join(f"{of.get(each, '_')}x{held}" for of in told)}
        for each in sorted({series for scrape in told for series in scrape})
    ]
