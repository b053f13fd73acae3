"""What anchors had scored in earlier runs: they do not change with the product."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.learner.anchors import OURS
from benchmarks.learner.prequential import Scores

Run = tuple[str, str, int, int]
"""Data set, contestant, seed of the order, and how many examples at most."""


class Kept:
    """Scores in a file, if there is one; those of the product's own learner are never kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._found: dict[str, dict[str, float]] = {}
        if path is not None and path.exists():
            self._found = json.loads(path.read_text(encoding="utf-8"))

    def of(self, run: Run) -> Scores | None:
        """What was found; None if it is to be measured."""
        found = self._found.get(_key(run))
        return None if found is None else Scores(**found)

    def add(self, run: Run, scores: Scores) -> None:
        """Keep what an anchor has scored."""
        if self._path is None or run[1] == OURS:
            return
        self._found[_key(run)] = asdict(scores)
        self._path.write_text(json.dumps(self._found, indent=1), encoding="utf-8")


def _key(run: Run) -> str:
    return "/".join(str(part) for part in run)
