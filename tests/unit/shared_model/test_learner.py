"""A learner passes every check, wherever it is interrupted."""

import functools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Malformed, UnknownLabel
from shared.events import FeatureValue
from shared.model import checks
from shared.model.learner import Learner
from shared.model.serving import ServingModel


@pytest.mark.parametrize(
    "check",
    [
        checks.check_learns,
        checks.check_odd_rows,
        checks.check_one_class_only,
        checks.check_prediction_is_pure,
        checks.check_seeding,
        checks.check_new_labels,
    ],
    ids=lambda check: check.__name__,
)
def test_learner_passes(check: Callable[[checks.Start], None]) -> None:
    check(Learner.start)


def test_memory_is_bounded() -> None:
    checks.check_bounded_memory(Learner.start)


@pytest.mark.parametrize("at", [0, 20, 140, 515])
def test_fields_may_change_at_any_time(at: int) -> None:
    checks.check_new_fields(Learner.start, at)


@pytest.mark.parametrize(("at", "count"), [(0, 40), (31, 40), (32, 40), (100, 130), (511, 530)])
def test_interrupted_learning_equals_uninterrupted(at: int, count: int) -> None:
    checks.check_state_round_trip(Learner.start, at, count)


@settings(max_examples=5, deadline=None)
@given(at=st.integers(0, 139))
def test_interruption_anywhere_changes_nothing(at: int) -> None:
    checks.check_state_round_trip(Learner.start, at, 140)


def test_restored_under_a_changed_project_goes_on_under_that_project() -> None:
    # given a learner whose project gained a label while its state was stored
    state = checks.taught(Learner.start, 60).state()
    more = checks.PROJECT.model_copy(update={"labels": (*checks.PROJECT.labels, "other")})

    restored = Learner.restore(more, state)

    assert restored.labels == more.labels
    assert "other" in restored.learn({}, {"other": 1}).probabilities


def test_there_is_no_model_before_the_32nd_example() -> None:
    learner = checks.taught(Learner.start, 31)
    assert learner.serving() is None

    scored = learner.learn({"amount": 1}, {"no": 1})

    assert scored.probabilities == pytest.approx({"no": 1 / 3, "yes": 1 / 3, "unclear": 1 / 3})
    assert scored.log_loss == pytest.approx(math.log(3))
    assert learner.serving() is not None


def test_a_removed_label_is_forgotten_and_the_rest_goes_on() -> None:
    learner = checks.taught(Learner.start, 60)
    learner.reconfigure(checks.PROJECT.model_copy(update={"labels": ("no", "yes")}))
    for row, _ in checks.examples(100):
        learner.learn(row, {"yes": 1})
    model = learner.serving()
    assert model is not None
    assert model.predict_proba([{"amount": 50}]).argmax() == 1


@pytest.mark.parametrize(
    "probabilities", [{}, {"no": 0.0}, {"no": -1.0, "yes": 2.0}, {"no": math.nan}]
)
def test_impossible_label_probabilities_are_refused(probabilities: dict[str, float]) -> None:
    with pytest.raises(Malformed):
        Learner.start(checks.PROJECT).learn({}, probabilities)


def test_an_unknown_label_is_refused_and_named() -> None:
    with pytest.raises(UnknownLabel, match="maybe"):
        Learner.start(checks.PROJECT).learn({}, {"maybe": 1})


@functools.cache
def learned_model() -> ServingModel:
    model = checks.taught(Learner.start, 150).serving()
    assert model is not None
    return model


values: st.SearchStrategy[FeatureValue] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)
)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.dictionaries(st.sampled_from([*checks.PROJECT.fields, "extra"]), values), max_size=8
    )
)
def test_any_row_is_answered_alone_as_in_a_batch(rows: list[dict[str, FeatureValue]]) -> None:
    model = learned_model()
    together = model.predict_proba(rows)
    assert np.isfinite(together).all()
    for row, expected in zip(rows, together, strict=True):
        assert np.array_equal(model.predict_proba([row])[0], expected)
