"""A fit that has learned to be unfair does not serve: the real learner, a planted bias."""

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from services.retrainer.use_cases.publishing import YOUNG
from shared.events import CloudEvent, EventType, FeatureValue, ModelChanged
from shared.model.challengers.task import Task
from shared.model.hashing import checksum
from shared.project import FieldKind
from tests.builders import a_project
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import a_correction
from tests.fakes.retrainer_fitters import Job

FIELDS = {"income": FieldKind.NUMBER, "debt": FieldKind.NUMBER, "region": FieldKind.CATEGORY}


def applicants(count: int, first: int) -> Iterator[CloudEvent]:
    """Who leaves is the same everywhere, whatever the region."""
    draw = random.Random(first)  # noqa: S311 - planted data, not a secret
    for number in range(first, first + count):
        income, debt = draw.random(), draw.random()
        region = "north" if number % 4 else "south"
        label = "leave" if (income > 0.5) != (debt > 0.5) else "stay"
        given: dict[str, FeatureValue] = {"income": income, "debt": debt, "region": region}
        yield a_correction(number, label=label, given=given)


def turned_for_the_south(job: Job) -> Job:
    """The same fit to data in which everybody in the south was recorded the wrong way round."""
    assert isinstance(job, partial)
    (task,) = job.args
    assert isinstance(task, Task)
    (regions,) = task.table.categories
    turned = np.where((regions == checksum("south"))[:, None], task.targets[:, ::-1], task.targets)
    return partial(job.func, replace(task, targets=turned))


@pytest.fixture
def lenders(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path, fits=True) as bench:
        yield bench


def held_back(bench: Bench) -> ModelChanged | None:
    told = bench.publisher.versions(EventType.MODEL_CANDIDATE)
    return next((version for version in told if version.reason.endswith("a person decides")), None)


def test_a_fit_that_has_learned_a_bias_waits_for_a_person(lenders: Bench) -> None:
    fields, labels = dict(FIELDS), ["leave", "stay"]
    lenders.configure(a_project(fields=fields, labels=labels, slices=["region"]))
    lenders.teach([*applicants(YOUNG + 8, first=1)], at_once=130)

    # given that from now on fits are made of a record that wrongs the south
    lenders.fitters.spoil = turned_for_the_south
    for first in range(1_000, 3_000, 100):
        lenders.teach([*applicants(100, first)], at_once=100)
        if held_back(lenders):
            break

    refused = held_back(lenders)
    assert refused is not None
    parts = {part.group: part for part in refused.comparison}
    assert parts["region=south"].verdict == "worse"
    assert parts["region=south"].candidate_wrong > 0.3
    assert parts["region=south"].champion_wrong < 0.1
    assert parts["region=north"].verdict == "not_worse"
    # what is learned goes on without it
    lenders.teach([*applicants(50, first=3_000)])
    assert refused.version not in {version.version for version in lenders.publisher.versions()}
    assert refused.version not in {version.parent for version in lenders.publisher.versions()}
