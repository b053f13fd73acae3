"""The network: what fields say only together, in bounded room, to the bit on every machine."""

import random

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from shared.model.encoded import Encoded
from shared.model.experts.network import NetworkExpert
from shared.model.features import FeatureEncoder
from shared.model.of_late import CELLS, DECAYS, WIDTH, followed, nothing_usual, read
from shared.model.values import Row
from shared.model.voices.network import UNITS, NetworkVoice
from shared.project import FieldKind

FIELDS = {"left": FieldKind.NUMBER, "right": FieldKind.NUMBER, "who": FieldKind.CATEGORY}
NONE = np.empty(0, np.int32)


def _rows(count: int, seed: int = 0) -> list[Row]:
    draw = random.Random(seed)  # noqa: S311 - a story, not a secret
    return [
        {"left": draw.gauss(0, 1), "right": draw.gauss(0, 1), "who": f"{draw.random()}"}
        for _ in range(count)
    ]


def _is_yes(row: Row) -> bool:
    """Neither side tells anything alone."""
    return float(str(row["left"])) * float(str(row["right"])) > 0


ENCODER = FeatureEncoder.fit(FIELDS, _rows(200), 2)


def _taught(count: int) -> NetworkExpert:
    expert = NetworkExpert.start(2)
    for row in _rows(count):
        target = np.array([[0, 1] if _is_yes(row) else [1, 0]], np.float32)
        rows = ENCODER.encode([row])
        expert.learn(rows, target)
        expert.rehearse(rows.sparse, np.zeros((32, 2), np.float32))
    return expert


def test_what_fields_say_only_together_is_found() -> None:
    fresh = _rows(200, seed=1)

    said = _taught(500).voice(NONE).predict_log_proba(ENCODER.encode(fresh))[:, 0].argmax(axis=1)

    assert np.mean([bool(a) == _is_yes(row) for a, row in zip(said, fresh, strict=True)]) > 0.85


def test_what_is_high_for_its_time_only_is_found() -> None:
    level, expert, right = 0.0, NetworkExpert.start(2), []
    draw = random.Random(2)  # noqa: S311 - a story, not a secret
    for _ in range(700):
        level += draw.gauss(0, 0.04)
        above = draw.gauss(0, 0.8)
        rows = ENCODER.encode([{"left": level + above, "right": 0.0, "who": "x"}])
        said = expert.voice(NONE).predict_log_proba(rows)[0, 0]
        right.append(bool(said[1] > said[0]) == (above > 0))
        expert.learn(rows, np.array([[0, 1] if above > 0 else [1, 0]], np.float32))
        expert.rehearse(rows.sparse, np.zeros((32, 2), np.float32))

    assert np.mean(right[300:]) > 0.85


def test_a_missing_number_leaves_what_is_usual_alone() -> None:
    means = nothing_usual() + np.float32(0.25)
    rows = ENCODER.encode([{"right": 4.0, "who": "x"}, {"who": "x"}])

    moved = followed(means, rows)
    apart = [row.values[row.columns >= CELLS] for row in read(rows, means).split()]

    assert (moved != means).sum() == len(DECAYS)
    assert [np.count_nonzero(values) for values in apart] == [len(DECAYS), 0]


def test_a_field_of_very_many_values_does_not_make_it_large() -> None:
    expert = NetworkExpert.start(2)
    rows = ENCODER.encode(_rows(3 * CELLS))

    expert.learn(rows, np.full((len(rows), 2), 0.5, np.float32))

    assert len(expert.voice(NONE).state().arrays["cells"]) <= CELLS + 2 * len(DECAYS)


def test_it_learns_the_same_bits_with_any_number_of_threads() -> None:
    states = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            states.append(_taught(40).state().sha256)

    assert states[0] == states[1]


def test_what_never_occurred_says_nothing() -> None:
    voice = _taught(40).voice(NONE)

    def said(who: str) -> Encoded:
        return ENCODER.encode([{"left": 0.5, "right": 0.5, "who": who}])

    one, other = (voice.predict_log_proba(said(who)) for who in ("never seen", "nor this"))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("cells", [[3, 2], [-1, 2], [2, WIDTH]])
def test_cells_that_are_none_are_refused(cells: list[int]) -> None:
    inner, outer = np.zeros((2, UNITS), np.float32), np.zeros((UNITS + 1, 2), np.float32)

    with pytest.raises(ValueError, match="ascend"):
        NetworkVoice(np.array(cells, np.int32), inner, outer, nothing_usual())
