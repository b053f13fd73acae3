"""What is watched: recording rules, alerts with their runbooks, what dashboards ask."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.generator import metrics
from tests import servers
from tests.alerts import test_machines, test_models, test_people
from tests.alerts.dashboards import questions
from tests.meta.repository import ROOT, files

PROMETHEUS = ROOT / "deploy" / "prometheus"
_NAME = re.compile(r"\b(handraise_\w+)")
_RECORDED = re.compile(r"\bhandraise:\w+:\w+")
_LOGGED = re.compile(r"\b((?:[a-z]+_)+(?:failed|waits|broken|undecided|uncorrected|restored))\b")
_STORY = re.compile(r'expr: ALERTS{alertname="(\w+)",alertstate="firing"}')


@cache
def series() -> set[str]:
    return {series for metric in metrics.metrics() for series in metric.series}


def rules(kind: str) -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"]:
        yield from (rule for rule in group["rules"] if kind in rule)


def assert_known(expression: str, where: str) -> None:
    """It uses metrics of the product, or what a rule records."""
    recorded = {rule["record"] for rule in rules("record")}
    assert set(_NAME.findall(expression)) <= series(), where
    assert set(_RECORDED.findall(expression)) <= recorded, where


def test_every_alert_uses_metrics_that_exist_and_says_the_cure() -> None:
    names = [rule["alert"] for rule in rules("alert")]
    assert len(names) == len(set(names)) >= 6
    for rule in rules("alert"):
        assert_known(rule["expr"], rule["alert"])
        assert rule["annotations"]["summary"], rule["alert"]
        assert len(rule["annotations"]["description"]) > 40, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "warn"}, rule["alert"]


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    page = (ROOT / "docs/howto/alerts.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\w+)\n\n`(page|warn)`", page, re.MULTILINE)

    assert sections == [(rule["alert"], rule["labels"]["severity"]) for rule in rules("alert")]
    for rule in rules("alert"):
        anchor = rule["alert"].lower()
        assert rule["annotations"]["runbook_url"] == f"docs/howto/alerts.md#{anchor}"


def test_what_is_recorded_is_used() -> None:
    used = [rule["expr"] for rule in rules("alert")] + [line for _, line in shown()]
    for rule in rules("record"):
        assert_known(rule["expr"], rule["record"])
        assert any(rule["record"] in expression for expression in used), rule["record"]


def test_every_alert_rings_in_a_story_and_is_silent_before() -> None:
    told: dict[str, list[bool]] = {}
    for file in ("alerts_test.yml", "days_test.yml", "rules_test.yml"):
        for story in yaml.safe_load((PROMETHEUS / file).read_text())["tests"]:
            for step in story.get("promql_expr_test", []):
                [alert] = _STORY.findall(f"expr: {step['expr']}")
                told.setdefault(alert, []).append(bool(step["exp_samples"]))
            for step in story.get("alert_rule_test", []):
                told.setdefault(step["alertname"], []).append(bool(step["exp_alerts"]))

    assert told.keys() == {rule["alert"] for rule in rules("alert")}
    assert {alert: rings for alert, rings in told.items() if set(rings) != {True, False}} == {}


def test_every_alert_rings_when_the_real_thing_breaks() -> None:
    """Each of these tests lets ring what it names, on started services and a real Prometheus."""
    rung = {ring.alert for test in (test_machines, test_models, test_people) for ring in test.RINGS}

    assert rung == {rule["alert"] for rule in rules("alert")}


def test_what_an_alert_says_of_the_log_is_logged() -> None:
    page = (ROOT / "docs/howto/alerts.md").read_text(encoding="utf-8")
    texts = [page, *(rule["annotations"]["description"] for rule in rules("alert"))]
    sources = [*files("services", suffix=".py"), *files("shared", suffix=".py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)

    named = {word for text in texts for word in _LOGGED.findall(text)}

    assert named >= {"batch_failed", "sealing_failed"}
    assert {word for word in named if not is_logged(word, code)} == set()


def is_logged(word: str, code: str) -> bool:
    """Whether the product has it as a literal, or makes it of a literal and an ending."""
    head, _, tail = word.rpartition("_")
    return f'"{word}"' in code or (f'"{head}"' in code and f'}}_{tail}"' in code)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "rules.yml"],
        ["test", "rules", "rules_test.yml"],
        ["test", "rules", "alerts_test.yml"],
        ["test", "rules", "days_test.yml"],
    ],
)
def test_prometheus_accepts_its_files(arguments: list[str]) -> None:
    promtool(*arguments[:2], str(PROMETHEUS / arguments[2]))


def test_prometheus_understands_every_panel(tmp_path: Path) -> None:
    recorded = [
        {"record": f"panel:{number}", "expr": line.replace("$project", ".*")}
        for number, (_, line) in enumerate(shown())
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    promtool("check", "rules", str(file))


def promtool(*arguments: str) -> None:
    program = shutil.which("promtool")
    if program is None:
        servers.missing("promtool", "prometheus")
        return
    checked = subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def shown() -> Iterator[tuple[str, str]]:
    """What each panel asks, with where it does."""
    for _, asked in questions():
        yield from ((question.where, question.expression) for question in asked)


def test_every_panel_shows_metrics_that_exist() -> None:
    for where, expression in shown():
        assert_known(expression, where)
        assert _NAME.findall(expression) or _RECORDED.findall(expression), where
    for variables, _ in questions():
        for query in variables.values():
            assert set(_NAME.findall(query)) <= series()
