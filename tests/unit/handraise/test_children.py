import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from handraise.children import Child, sole_owner
from shared.errors import Misconfigured
from tests.unit.handraise.conftest import MakeService, eventually

HOLD = """
import sys, time
from pathlib import Path
from handraise.children import sole_owner
with sole_owner(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_process_that_an_earlier_start_left_is_ended_by_the_next(
    make_service: MakeService, tmp_path: Path
) -> None:
    left = make_service("scorer")
    left.launch()
    eventually(lambda: left.trouble() is None)

    ended = Child("scorer", tmp_path).end_leftover()

    assert ended == left.child.pid
    assert left.child.exit_code is not None


def test_a_stubborn_leftover_is_killed(make_service: MakeService, tmp_path: Path) -> None:
    left = make_service("scorer", "stubborn")
    left.launch()
    eventually(lambda: left.trouble() is None)

    Child("scorer", tmp_path).end_leftover(grace=0.2)

    assert left.child.exit_code == -signal.SIGKILL


def test_a_process_id_that_now_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "scorer.pid").write_text(str(other.pid))

        assert Child("scorer", tmp_path).end_leftover() is None
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_data_directory_has_one_owner_who_is_named(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()

        with pytest.raises(Misconfigured, match=f"process {holder.pid}"), sole_owner(tmp_path):
            pass

        os.kill(holder.pid, signal.SIGKILL)
    with sole_owner(tmp_path):
        assert (tmp_path / "up.lock").read_text() == str(os.getpid())


def test_a_data_directory_that_cannot_be_made_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Misconfigured, match="--data-dir"), sole_owner(tmp_path / "file" / "data"):
        pass
