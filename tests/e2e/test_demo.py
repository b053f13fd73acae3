"""The main job, as a newcomer runs it: real data in, people answering, a model learning."""

import re
import subprocess
import sys
from pathlib import Path

import pytest


def handraise(*arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "handraise", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("name", "events"), [("churn", 1000), ("maintenance", 300), ("segments", 300)]
)
def test_the_loop_closes_on_real_data(name: str, events: int, tmp_path: Path) -> None:
    demo = ["demo", name, "--reviewers", "4", "--events", str(events), "--check"]
    run = handraise(*demo, directory=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    shown = re.sub(r"\s+", " ", run.stdout)
    assert f"{events} events in, {events} final decisions out, each exactly once" in shown
    assert re.search(r"(\d+) corrections = \1 settled human answers", shown)
    assert re.search(r"\d+ model versions decided something", shown)
    assert re.search(r"automatic decisions wrong: \d+ of \d+", shown)
    assert "MISSING" not in shown
