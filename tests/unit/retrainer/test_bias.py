"""A model that people's answers have taught to wrong a slice does not serve: the real learner."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.retrainer.use_cases.publishing import OFFER_EVERY
from shared.events import CloudEvent, Comparison, EventType, FeatureValue
from shared.project import FieldKind, Promotion
from tests.builders import a_project
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import a_correction
from tests.fakes.retrainer_decisions import a_decision, in_force

FIELDS = {"income": FieldKind.NUMBER, "debt": FieldKind.NUMBER, "region": FieldKind.CATEGORY}
FAIR, LATER = 120, 80
OPPOSITE = {"leave": "stay", "stay": "leave"}


def applicants(count: int, first: int, *, against: str | None = None) -> Iterator[CloudEvent]:
    """Who leaves is the same everywhere; people answer the wrong way round `against` a region."""
    draw = random.Random(first)  # noqa: S311 - planted data, not a secret
    for number in range(first, first + count):
        income, debt = draw.random(), draw.random()
        region = "north" if number % 2 else "south"
        truth = "leave" if debt > income else "stay"
        label = OPPOSITE[truth] if region == against else truth
        given: dict[str, FeatureValue] = {"income": income, "debt": debt, "region": region}
        yield a_correction(number, label=label, given=given)


def tried(bench: Bench, against: str | None) -> dict[str, Comparison]:
    """How a candidate does, part by part, that has learned answers against a region."""
    fields, labels = dict(FIELDS), ["leave", "stay"]
    promotion = Promotion.MANUAL.value
    bench.configure(a_project(fields=fields, labels=labels, slices=["region"], promotion=promotion))
    bench.teach([*applicants(FAIR, 1)], at_once=FAIR)
    bench.decide([a_decision(1, "promote")])
    bench.teach([*applicants(OFFER_EVERY, 1_000, against=against)], at_once=OFFER_EVERY)
    bench.teach([*applicants(LATER, 2_000)], at_once=LATER)
    bench.work()
    told = bench.publisher.versions(EventType.MODEL_CANDIDATE)[-1]
    assert told.version == 2
    return {part.group: part for part in told.comparison}


@pytest.fixture
def lenders(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as bench:
        yield bench


def test_a_candidate_that_has_learned_a_bias_is_held_back_for_that_slice(lenders: Bench) -> None:
    parts = tried(lenders, against="south")

    assert parts["region=south"].verdict == "worse"
    assert parts["region=south"].candidate_wrong > 0.3 > parts["region=south"].champion_wrong
    assert parts["region=north"].verdict != "worse"
    told = lenders.publisher.versions(EventType.MODEL_CANDIDATE)[-1]
    assert "region=south" in told.reason
    assert told.reason.endswith("a person decides")
    assert lenders.value("handraise_candidates_held_back_total") == 1
    assert in_force(lenders) == 1


def test_one_that_has_learned_the_same_of_everybody_is_not(lenders: Bench) -> None:
    parts = tried(lenders, against=None)
    assert [part.group for part in parts.values() if part.verdict == "worse"] == []
    assert not lenders.value("handraise_candidates_held_back_total")
