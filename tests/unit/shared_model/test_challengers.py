"""Challengers are served from arrays just as scikit-learn would answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from shared.model import checks
from shared.model.bounds import Bounds
from shared.model.challengers import boosting, lines, randomised
from shared.model.challengers.fitting import KINDS, Refit, fit, suitable
from shared.model.challengers.task import Task
from shared.model.codebook import CodeBook
from shared.model.encoded import Encoded
from shared.model.features import FeatureEncoder
from shared.model.learner import Learner
from shared.model.sparse import SparseRows
from shared.model.values import Values
from shared.model.voices.registry import voice_from_state
from shared.project import FieldKind

LABELS = len(checks.PROJECT.labels)
ROWS = [row for row, _ in checks.examples(400)]
ENCODER = FeatureEncoder.fit(checks.PROJECT.fields, ROWS, LABELS)
MORE = [*checks.ODD_ROWS, *(row for row, _ in checks.examples(60, seed=9))]


def a_task(challenger: str, labels: Sequence[str] = checks.PROJECT.labels) -> Task:
    encoded = ENCODER.encode(ROWS)
    masses = [[target.get(label, 0.0) for label in labels] for _, target in checks.examples(400)]
    targets = np.array(masses, np.float32)
    if challenger == "lines":
        return Task(challenger, None, encoded.sparse, targets)
    return Task(challenger, encoded.values, None, targets)


def answers(task: Task, rows: Encoded) -> NDArray[np.float64]:
    state = fit(task)
    assert state is not None
    return np.exp(voice_from_state(state).predict_log_proba(rows)[:, 0])


@pytest.mark.parametrize(
    ("challenger", "package", "model"),
    [
        ("boosted", boosting, HistGradientBoostingClassifier),
        ("randomised", randomised, ExtraTreesClassifier),
    ],
)
def test_trees_answer_as_scikit_learn_does(
    monkeypatch: pytest.MonkeyPatch, challenger: str, package: Any, model: Any
) -> None:
    fitted: list[Any] = []
    original = model.fit

    def keep(self: Any, *given: Any, **named: Any) -> Any:
        fitted.append(original(self, *given, **named))
        return fitted[-1]

    monkeypatch.setattr(model, "fit", keep)
    task, rows = a_task(challenger), ENCODER.encode(MORE)
    ours = answers(task, rows)

    codes = CodeBook.fit(task.table, task.targets).encode(rows.values)
    theirs = np.full(ours.shape, 0.0)
    theirs[:, fitted[0].classes_] = fitted[0].predict_proba(codes)
    if challenger == "randomised":
        theirs = np.maximum(theirs, 1e-3)
    theirs /= theirs.sum(axis=1, keepdims=True)
    assert np.abs(ours - theirs).max() < 1e-4


def test_lines_answer_as_one_against_the_rest_does() -> None:
    # given three labels, one of them told by the country
    task, rows = a_task("lines"), ENCODER.encode(MORE)
    pairs = zip(ROWS, task.answers, strict=True)
    truth = [2 if row.get("country") == "pl" else told for row, told in pairs]
    task = replace(task, targets=np.eye(LABELS, dtype=np.float32)[truth])
    line = LogisticRegression(
        C=lines.STRENGTH,
        solver="liblinear",
        dual=True,
        tol=1e-2,
        fit_intercept=False,
        random_state=0,
    )
    theirs = OneVsRestClassifier(line).fit(matrix(task.vectors), truth)
    expected = theirs.predict_proba(matrix(rows.sparse))
    assert np.abs(answers(task, rows) - expected).max() < 0.01


def matrix(rows: SparseRows) -> csr_matrix:
    whole = csr_matrix((rows.values, rows.columns, rows.ends), shape=(len(rows), rows.width))
    whole.sum_duplicates()
    return whole


@pytest.mark.parametrize("challenger", KINDS)
def test_a_challenger_answers_everything_and_survives_its_state(challenger: str) -> None:
    state = fit(a_task(challenger))
    assert state is not None
    assert state.sha256 == fit(a_task(challenger)).sha256  # type: ignore[union-attr]
    voice = voice_from_state(state)
    together = voice.predict_log_proba(ENCODER.encode(MORE))
    alone = [voice.predict_log_proba(ENCODER.encode([row])) for row in MORE]
    assert np.array_equal(together, np.concatenate(alone))
    assert np.isfinite(together).all()
    assert np.abs(np.exp(together).sum(axis=2) - 1).max() < 1e-9
    right = np.exp(together[len(checks.ODD_ROWS) :, 0]).argmax(axis=1)
    truth = [
        checks.PROJECT.labels.index(max(t, key=t.__getitem__)) for _, t in checks.examples(60, 9)
    ]
    assert np.mean(right == np.array(truth)) > 0.8


@pytest.mark.parametrize("challenger", KINDS)
def test_a_label_without_examples_is_unlikely(challenger: str) -> None:
    ours = answers(a_task(challenger, ("nobody", *checks.PROJECT.labels)), ENCODER.encode(ROWS))
    assert ours[:, 0].max() < 0.01


def test_one_label_alone_is_nothing_to_fit() -> None:
    task = a_task("boosted")
    same = np.tile(np.array([1, 0, 0], np.float32), (len(task.targets), 1))
    assert fit(replace(task, targets=same)) is None


def test_fields_decide_who_is_suitable() -> None:
    assert suitable({"a": FieldKind.NUMBER}) == ("boosted", "randomised")
    assert suitable({"a": FieldKind.TEXT}) == ("lines",)
    assert suitable(checks.PROJECT.fields) == ("boosted", "randomised", "lines")


def two_labels(seen: Values) -> NDArray[np.float32]:
    """Labels that take turns, so that no value tells one."""
    return np.eye(2, dtype=np.float32)[np.arange(seen.numbers.shape[1]) // 2 % 2]


def test_missing_and_unseen_values_have_the_code_of_their_own() -> None:
    fields = {"x": FieldKind.NUMBER, "c": FieldKind.CATEGORY}
    seen = Values.read([{"x": i % 5, "c": "ab"[i % 2]} for i in range(50)], fields)
    book = CodeBook.fit(seen, two_labels(seen))
    odd = Values.read([{"x": float("nan"), "c": "never"}, {"x": 9, "c": "a"}, {"x": -9}], fields)
    assert book.encode(odd)[:, 0].tolist() == [0, 5, 1]
    assert book.encode(odd)[[0, 2], 1].tolist() == [0, 0]
    assert book.encode(seen)[:5, 0].tolist() == [1, 2, 3, 4, 5]
    assert set(book.encode(seen)[:, 1].tolist()) == {1, 2}
    assert book.sizes == [6, 3]


def test_a_number_has_the_code_of_the_last_edge_that_it_reaches() -> None:
    fields = {"many": FieldKind.NUMBER, "few": FieldKind.NUMBER}
    seen = Values.read([{"many": i * 0.5, "few": i % 7} for i in range(3_000)], fields)
    book = CodeBook.fit(seen, two_labels(seen))
    rows = Values.read([{"many": i * 0.7 - 9, "few": i / 100} for i in range(2_500)], fields)
    reached = [
        edges.searchsorted(column, side="right") + 1
        for edges, column in zip(book.edges, rows.numbers, strict=True)
    ]
    assert book.encode(rows).T.tolist() == np.array(reached).tolist()
    assert book.encode(rows).max() == 254


def test_a_field_that_rows_lack_is_missing_wherever_the_others_stand() -> None:
    fields = {"x": FieldKind.NUMBER, "y": FieldKind.NUMBER, "c": FieldKind.CATEGORY}
    seen = Values.read([{"x": i % 3, "y": i % 5, "c": "ab"[i % 2]} for i in range(50)], fields)
    book = CodeBook.fit(seen, two_labels(seen))
    fewer = {"w": FieldKind.NUMBER, "y": FieldKind.NUMBER}
    assert book.encode(Values.read([{"w": 9, "y": 4}], fewer)).tolist() == [[0, 5, 0]]


def taught(count: int, bounds: Bounds) -> Learner:
    learner = Learner.start(checks.PROJECT, bounds)
    for row, target in checks.examples(count):
        learner.learn(row, target)
    return learner


def test_a_fit_enters_later_than_it_was_made_and_gives_the_same() -> None:
    bounds = Bounds(rehearsed=160, history=160)
    learner = taught(130, bounds)
    refit = learner.due()
    assert refit == Refit("boosted", 130)
    state = fit(learner.task(refit))
    # when examples arrive while the fit is made
    for row, target in checks.examples(12, seed=5):
        learner.learn(row, target)
    again = fit(learner.task(refit))

    assert learner.accepts(refit)
    assert state is not None
    assert again is not None
    assert again.sha256 == state.sha256
    learner.install(refit, state)
    assert learner.due() == Refit("randomised", 142)

    restored = Learner.restore(checks.PROJECT, learner.state(), bounds)
    assert restored.state().sha256 == learner.state().sha256
    rows = [row for row, _ in checks.examples(10, seed=6)]
    served = learner.serving()
    assert served is not None
    assert np.array_equal(served.predict_proba(rows), restored.predict_proba(rows))


def test_a_fit_is_refused_when_its_examples_are_gone_or_labels_changed() -> None:
    bounds = Bounds(rehearsed=160, history=160)
    learner = taught(130, bounds)
    refit = learner.due()
    assert refit is not None
    for row, target in checks.examples(30, seed=5):
        learner.learn(row, target)
    assert learner.accepts(refit)  # the ring is full, and nothing is lost yet
    learner.learn({"amount": 3}, {"no": 1})
    assert not learner.accepts(refit)

    learner = taught(130, bounds)
    learner.reconfigure(checks.PROJECT.model_copy(update={"labels": ("yes", "no", "unclear")}))
    assert not learner.accepts(refit)
    assert learner.due() is None
    learner.learn({"amount": 3}, {"no": 1})
    assert learner.due() is not None
