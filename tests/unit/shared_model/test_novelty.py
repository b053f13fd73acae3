"""What is unlike all that was learned is told from what is usual."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events import FeatureValue
from shared.model import checks
from shared.model.learner import Learner
from shared.model.novelty import Habits, novelty
from shared.model.serving import ServingModel
from shared.model.state import ModelState
from shared.project import FieldKind

Row = dict[str, FeatureValue]
USUAL: Row = {
    "amount": 50.0,
    "age": 30,
    "country": "de",
    "returning": True,
    "note": "please approve this",
}


@pytest.fixture(scope="module")
def model() -> ServingModel:
    served = checks.taught(Learner.start, 600).serving()
    assert served is not None
    return served


def novelty_of(model: ServingModel, *rows: Row) -> list[float]:
    told = model.judge(rows)[2]
    assert told is not None
    return [float(one) for one in told]


@pytest.mark.parametrize(
    "strange",
    [
        {"country": "atlantis"},
        {"amount": 5e6},
        {"note": "quarterly zebra logistics"},
    ],
    ids=lambda strange: next(iter(strange)),
)
def test_what_was_never_seen_is_more_novel_than_what_is_usual(
    model: ServingModel, strange: Row
) -> None:
    ordinary = novelty_of(model, *(dict(row) for row, _ in checks.examples(200, seed=5)))
    (novel,) = novelty_of(model, USUAL | strange)
    assert novel > 0.2
    assert np.mean([novel > one for one in ordinary]) > 0.9


def test_what_is_usual_is_not_novel(model: ServingModel) -> None:
    assert novelty_of(model, USUAL) == [0.0]


def test_two_strange_fields_are_more_novel_than_one(model: ServingModel) -> None:
    one: Row = USUAL | {"country": "atlantis"}
    low, high = novelty_of(model, one, {**one, "amount": 5e6})
    assert low < high


def test_where_every_value_is_new_a_new_one_says_nothing() -> None:
    fields = {"customer": FieldKind.CATEGORY, "country": FieldKind.CATEGORY}
    learner = Learner.start(checks.PROJECT.model_copy(update={"fields": fields}))
    for number in range(200):
        learner.learn({"customer": f"c{number}", "country": "de"}, {"yes": 1.0})
    model = learner.serving()
    assert model is not None
    usual: Row = {"customer": "c201", "country": "de"}
    strange: Row = {"customer": "c1", "country": "xx"}
    low, high = novelty_of(model, usual, strange)
    assert low == 0.0
    assert high > 0.5


def test_novelty_does_not_depend_on_the_batch(model: ServingModel) -> None:
    rows = [dict(row) for row, _ in checks.examples(40, seed=3)] + [
        dict(r) for r in checks.ODD_ROWS
    ]
    assert novelty_of(model, *rows) == [novelty_of(model, row)[0] for row in rows]


def test_a_version_that_knows_nothing_of_habits_tells_none(model: ServingModel) -> None:
    state = model.state()
    document = {name: part for name, part in state.document.items() if name != "usual"}
    older = ServingModel.from_state(ModelState(document, state.arrays, state.shared))
    probabilities, _, told = older.judge([USUAL])
    assert told is None
    assert np.array_equal(probabilities, model.predict_proba([USUAL]))


def test_habits_of_other_fields_are_refused(model: ServingModel) -> None:
    state = model.state()
    arrays = dict(state.arrays) | {"usual.parts": np.ones(2)}
    with pytest.raises(ValueError, match="2 parts of rows that have 6"):
        ServingModel.from_state(ModelState(state.document, arrays, state.shared))


PARTS = st.lists(st.floats(0, 1), min_size=3, max_size=3)


@settings(max_examples=50, deadline=None)
@given(PARTS, st.lists(PARTS, min_size=1, max_size=30))
def test_novelty_is_a_share_and_rises_with_strangeness(
    strange: list[float], before: list[list[float]]
) -> None:
    habits = Habits.start(["a", "b", "c"])
    for example in before:
        habits.learn(np.array(example))
    again = Habits.from_state(habits.state())
    stranger = np.maximum(strange, [0.0, 1.0, 0.0])
    low, high = novelty(np.array([strange, stranger]), habits.usual)
    assert 0 <= low <= high <= 1
    assert again.state().sha256 == habits.state().sha256


def test_before_anything_is_known_nothing_is_novel() -> None:
    assert novelty(np.ones((1, 2)), Habits.start(["a", "b"]).usual).tolist() == [0.0]
