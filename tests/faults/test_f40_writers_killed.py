"""Row 40: killed while many threads share a commit; what returned is there, what failed is not."""

import sqlite3
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.faults.writers import THREADS, TOGETHER, write_for_ever
from tests.processes import until


@pytest.mark.parametrize("lines", [1, 100, 3000])
def test_exactly_what_returned_is_in_the_file(tmp_path: Path, lines: int) -> None:
    file, told = tmp_path / "test.db", tmp_path / "told"
    told.touch()
    child = get_context("spawn").Process(target=write_for_ever, args=[file, told, lines])
    child.start()
    until(lambda: told.read_bytes().count(b"\n") >= lines)
    child.kill()
    child.join()
    said = [line.split() for line in told.read_text().splitlines()]
    kept = {int(number) for word, number in said if word == "kept"}
    undone = {int(number) for word, number in said if word == "undone"}
    with sqlite3.connect(file) as opened:
        found = Counter(number for (number,) in opened.execute("SELECT number FROM numbers"))
    assert kept <= set(found)
    assert not undone & set(found)
    assert set(found.values()) <= {2}
    assert len(set(found) - kept) <= THREADS * TOGETHER
