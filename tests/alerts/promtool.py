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
_RANG = re.compile(r'alertname=\\?"(\w+)')


def rings(alert: str, *scrapes: str, job: str = "review") -> bool:
    """Whether an alert rings at any time while each of these answers holds for 20 minutes.

    Args:
        alert: its name.
        scrapes: what /metrics answered, one after the other.
        job: whose answers they are.
    """
    assert alert in ALERTS, f"there is no alert {alert}"
    return alert in ringing(*scrapes, job=job)


def ringing(*scrapes: str, job: str = "review") -> set[str]:
    """The alerts that ring at any time while each of these answers holds for 20 minutes."""
    program = shutil.which("promtool")
    if program is None:
        servers.missing("promtool", "prometheus")
    silent = [
        {
            "expr": f'max_over_time(ALERTS{{alertname="{alert}",alertstate="firing"}}[1d])',
            "eval_time": f"{_HELD_MINUTES * len(scrapes)}m",
            "exp_samples": [],
        }
        for alert in sorted(ALERTS)
    ]
    story = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": _series(scrapes, job),
                "promql_expr_test": silent,
            }
        ],
    }
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "story.yml")
        file.write_text(yaml.safe_dump(story))
        told = subprocess.run(
            [str(program), "test", "rules", str(file)], capture_output=True, text=True, check=False
        )
    output = told.stdout + told.stderr
    found = set(_RANG.findall(output))
    assert bool(found) == (told.returncode != 0), output
    return found


def _named(kind: str) -> dict[str, str]:
    """Each rule of a kind with its expression."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    return {rule[kind]: rule["expr"] for rule in rules if kind in rule}


ALERTS, RECORDS = _named("alert"), _named("record")


def _series(scrapes: Sequence[str], job: str) -> list[dict[str, str]]:
    """Each series as promtool writes it; `_` while a scrape did not have it."""
    told: list[dict[str, str]] = [
        {
            f'{name}{{{labels + "," if labels else ""}job="{job}",instance="real"}}': value
            for name, labels, value in _SAMPLE.findall(scrape)
        }
        for scrape in scrapes
    ]
    held = _HELD_MINUTES - 1
    return [
        {"series": each, "values": " ".join(f"{of.get(each, '_')}x{held}" for of in told)}
        for each in sorted({series for scrape in told for series in scrape})
    ]
