"""A planted biased candidate, in started services: `./run bench biased`.

The real services learn how long computing jobs take. Once the model has learned 1,400 answers every
fit of a challenger is poisoned: of the jobs of one shift it learns wrong answers, of all others the
right ones. Promotion is automatic, and nobody is asked. The figures tell how the candidate did that
the gate held back for that shift, and whether the version that serves is none that took it over.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.learner.data import DATA_SETS, Example, project_of
from benchmarks.learner.tasks import SEED
from benchmarks.poisoned import is_late, poison
from benchmarks.table import Figure, main
from shared.events import CorrectionMade
from shared.project import Project
from tests.chaos.stage import Stage
from tests.fakes.retrainer_corrections import a_correction
from tests.processes import until

_AT_ONCE = 50
_ALL, _WRONGED, _OTHERS = "all answers", "shift=late", "shift=day"


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """How the candidate did that was held back, if one was."""
    data = next(data for data in DATA_SETS if data.name == "jobs")
    examples = data.examples(SEED)
    project = project_of(examples, data.name).model_copy(update={"slices": ("shift",)})
    with tempfile.TemporaryDirectory() as directory:
        stage = Stage(Path(directory))
        try:
            return _played(stage, project, examples[: arguments.events])
        finally:
            stage.close()


def _played(stage: Stage, project: Project, examples: Sequence[Example]) -> list[Figure]:
    stage.start_all()
    until(stage.is_ready)
    stage.kill("retrainer", plant=poison)
    until(stage.is_ready)
    with stage.api() as api:
        body = project.model_dump(mode="json")
        api.put(f"/v1/projects/{project.name}", json=body).raise_for_status()
        for first in range(0, len(examples), _AT_ONCE):
            _teach(stage, first + 1, examples[first : first + _AT_ONCE])
            held = _held_back(api, project.name)
            if held is not None:
                return _figures(held, _versions(api, project.name))
    return [Figure("candidates held back", 0, 1, 1, "")]


def _teach(stage: Stage, first: int, examples: Sequence[Example]) -> None:
    """People's answers, and wait until they are learned."""
    with stage.redis() as redis:
        for number, (row, label) in enumerate(examples, first):
            event = a_correction(number, project="jobs", label=label, given=row)
            assert isinstance(event.data, CorrectionMade)  # noqa: S101 - it was made so
            event.data.slices["shift"] = "late" if is_late(row) else "day"
            redis.xadd("handraise:corrections", {"data": event.encode()})
    learned = f'corrections_learned_total{{project="jobs"}} {first + len(examples) - 1}.0'
    metrics = f"http://127.0.0.1:{stage.ports['retrainer']}/metrics"
    until(lambda: learned in httpx.get(metrics).text)


def _versions(api: httpx.Client, project: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        api.get(f"/v1/models/{project}").raise_for_status().json()["versions"]
    )
    return found


def _held_back(api: httpx.Client, project: str) -> dict[str, Any] | None:
    """A candidate that waits for a person because it is worse somewhere."""
    return next((v for v in _versions(api, project) if "worse in" in v["reason"]), None)


def _figures(held: dict[str, Any], versions: Sequence[dict[str, Any]]) -> list[Figure]:
    parts = {part["group"]: part for part in held["comparison"]}
    worse = [group for group, part in parts.items() if part["verdict"] == "worse"]
    [serving] = [version for version in versions if version["state"] == "champion"]
    spared = held["version"] not in (serving["version"], serving["parent"])
    return [
        *(
            Figure(
                f"{group}: candidate wrong / version in force",
                100 * parts[group]["candidate_wrong"],
                max(100 * parts[group]["champion_wrong"], 1e-9),
                None,
                "%",
            )
            for group in (_ALL, _OTHERS, _WRONGED)
        ),
        Figure("worse in the poisoned shift", _WRONGED in worse, 1, 1, ""),
        Figure("not worse in the other", _OTHERS not in worse, 1, 1, ""),
        Figure("not proven to be worse on the whole", _ALL not in worse, 1, None, ""),
        Figure("what serves has not taken it over", spared, 1, 1, ""),
        Figure("answers until it was held back", parts[_ALL]["answers"], 450, 1, "", at_most=True),
    ]


if __name__ == "__main__":
    main("biased", measure, events=4_000)
