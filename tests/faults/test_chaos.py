"""Every process is killed at random, and then everything must hold; `./run chaos` does more."""

import subprocess
import sys

KILLS = 60


def campaign(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.chaos", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_holds_after_any_kills() -> None:
    done = campaign("--kills", KILLS, "--seed", 1, "--seconds-limit", 30)
    assert done.returncode == 0, done.stdout + done.stderr
