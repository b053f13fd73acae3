"""Neighbours: who is near is told by the fields that tell labels apart."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from shared.model.encoded import Encoded
from shared.model.experts.neighbours import NeighboursExpert
from shared.model.experts.panel import Panel
from shared.model.features import FeatureEncoder
from shared.model.learner import Learner
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.values import Row, Values
from shared.model.yardstick import MOST_COORDINATES, Yardstick
from shared.project import FieldKind, Project

FIELDS = {"size": FieldKind.NUMBER, "noise": FieldKind.NUMBER, "kind": FieldKind.CATEGORY}
PROJECT = Project(name="near", title="Which?", labels=("no", "yes"), fields=FIELDS)
YES, NO = np.array([[0, 1]], np.float32), np.array([[1, 0]], np.float32)


def _rows(count: int, seed: int = 0) -> list[Row]:
    draw = random.Random(seed)  # noqa: S311 - a story, not a secret
    return [
        {"size": draw.gauss(0, 1), "noise": draw.gauss(0, 9), "kind": draw.choice("abc")}
        for _ in range(count)
    ]


def _is_yes(row: Row) -> bool:
    return float(str(row["size"])) > (0.8 if row["kind"] == "a" else -0.2)


def _encoded(rows: Sequence[Row], fields: dict[str, FieldKind] = FIELDS) -> Encoded:
    ends = np.zeros(len(rows) + 1, np.int32)
    none = SparseRows(np.empty(0, np.int32), np.empty(0, np.float32), ends, 1)
    return Encoded(rows, Values.read(rows, fields), none, none, None, None)


def _taught(rows: Sequence[Row]) -> NeighboursExpert:
    expert = NeighboursExpert.start(2)
    for row in rows:
        expert.learn(_encoded([row]), YES if _is_yes(row) else NO)
    return expert


def test_labels_are_told_by_fields_together() -> None:
    expert, fresh = _taught(_rows(500)), _rows(200, seed=1)

    said = expert.predict_log_proba(_encoded(fresh))[:, 0].argmax(axis=1)

    assert np.mean([bool(a) == _is_yes(row) for a, row in zip(said, fresh, strict=True)]) > 0.85


def test_the_younger_neighbour_is_heard_more_by_the_second_opinion() -> None:
    expert = _taught(_rows(400))
    same: Row = {"size": 0.0, "noise": 0.0, "kind": "a"}
    for target in [NO] * 150 + [YES] * 20:
        expert.learn(_encoded([same]), target)
        expert.learn(_encoded([_rows(1, seed=2)[0]]), NO)

    steady, of_late = np.exp(expert.predict_log_proba(_encoded([same]))[0, :, 1])

    assert of_late >= steady > 0.5


def test_fields_that_tell_labels_apart_are_stretched() -> None:
    rows = _rows(400)
    targets = np.concatenate([YES if float(str(r["size"])) > 0 else NO for r in rows])
    yardstick = Yardstick.fit(Values.read(rows, FIELDS), targets)

    stretches = dict(zip(yardstick.number_names, yardstick.stretches, strict=True))

    assert stretches["size"] > 9 * stretches["noise"] * 3


def test_with_more_fields_than_room_the_telling_ones_are_read() -> None:
    names = [f"f{i:04}" for i in range(MOST_COORDINATES + 50)]
    numbers = np.random.default_rng(0).normal(size=(len(names), 60))
    targets = np.concatenate([YES if x > 0 else NO for x in numbers[-1]])
    values = Values(tuple(names), (), numbers, np.zeros((0, 60), np.uint64))

    yardstick = Yardstick.fit(values, targets)

    assert yardstick.coordinates == MOST_COORDINATES
    assert names[-1] in yardstick.number_names


def test_fields_come_and_go() -> None:
    expert = _taught(_rows(300))
    others = {"size": FieldKind.NUMBER, "new": FieldKind.CATEGORY}
    for row in _rows(300, seed=3):
        expert.learn(_encoded([{**row, "new": "x"}], others), YES if _is_yes(row) else NO)
    fresh = _rows(100, seed=4)

    said = expert.predict_log_proba(_encoded(fresh, others))[:, 0].argmax(axis=1)

    assert np.mean([bool(a) == _is_yes(row) for a, row in zip(said, fresh, strict=True)]) > 0.8


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    expert = _taught(_rows(600))

    assert len(expert.voice(np.empty(0, np.int32)).remembered) == 512


def test_a_learner_without_texts_goes_on_from_its_state_to_the_bit() -> None:
    one = Learner.start(PROJECT)
    for row in _rows(80):
        one.learn(row, {"yes" if _is_yes(row) else "no": 1.0})
    same = Learner.restore(PROJECT, one.state())
    for row in _rows(60, seed=5):
        for learner in (one, same):
            learner.learn(row, {"yes" if _is_yes(row) else "no": 1.0})

    assert "neighbours" in one.trust()
    assert same.state().sha256 == one.state().sha256


@pytest.mark.parametrize("lacking", ["neighbours", "network"])
def test_a_panel_of_an_older_version_is_learned_again(lacking: str) -> None:
    encoder = FeatureEncoder.fit(FIELDS, _rows(40), 2)
    state = Panel.start(encoder.width, 2, 100, text=False).state()
    kinds = ["gradient" if kind == lacking else kind for kind in state.document["kinds"]]

    with pytest.raises(ValueError, match="another version"):
        Panel.from_state(ModelState({**state.document, "kinds": kinds}, state.arrays))
