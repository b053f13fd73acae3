"""What every learner must pass, as plain functions that raise AssertionError.

A learner is anything with the methods of `Learner`; each check is given a way to start one.
"""

import random
from collections.abc import Callable, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from shared.events import FeatureValue
from shared.model.bounds import Bounds
from shared.model.learner import Scored
from shared.model.serving import ServingModel
from shared.model.state import ModelState
from shared.model.values import Row
from shared.project import FieldKind, Project

Example = tuple[dict[str, FeatureValue], dict[str, float]]

PROJECT = Project(
    name="checked",
    title="Which one is it?",
    labels=("no", "yes", "unclear"),
    fields={
        "amount": FieldKind.NUMBER,
        "age": FieldKind.NUMBER,
        "country": FieldKind.CATEGORY,
        "returning": FieldKind.BOOLEAN,
        "note": FieldKind.TEXT,
    },
)
SLACK = 1e-3
MOSTLY = 0.85
KEPT = 0.1
FULL = 1_100
"""Examples after which nothing of a learner with small bounds grows any more."""
EXACT = 1e-12
ODD_ROWS: Sequence[Row] = (
    {},
    {"unknown": 1, "amount": 2.5},
    {"amount": float("nan"), "age": None, "country": None, "returning": None, "note": None},
    {"amount": "12", "age": True, "country": 7, "returning": "yes", "note": 3},
    {"amount": float("inf"), "age": -(10**400), "country": float("nan"), "note": ""},
    {"country": "never seen", "returning": 2, "note": "never seen either \ud800 \U0001f600"},
    {"country": "x" * 50_000, "note": "word " * 50_000},
)
"""Rows that are hard to read; all of them must be answered."""


class AnyLearner(Protocol):
    """What is checked."""

    def learn(self, features: Row, label_probabilities: dict[str, float]) -> Scored:
        """Judge, then learn."""

    def reconfigure(self, project: Project) -> None:
        """Go on under a changed project."""

    def serving(self) -> ServingModel | None:
        """A snapshot."""

    def state(self) -> ModelState:
        """Everything."""

    @classmethod
    def restore(cls, project: Project, state: ModelState) -> Self:
        """Go on from a state."""


Start = Callable[[Project], AnyLearner]


def examples(count: int, seed: int = 0) -> list[Example]:
    """Examples of PROJECT whose label depends on the amount, with hard rows among them."""
    draw = random.Random(seed)  # noqa: S311 - not a secret
    made: list[Example] = []
    for i in range(count):
        amount = draw.gauss(50, 20)
        label = "yes" if amount > 55 else "no"  # noqa: PLR2004
        row: dict[str, FeatureValue] = {
            "amount": amount,
            "age": draw.choice([None, 20, 30, 40]),
            "country": draw.choice(["de", "fr", "pl"]),
            "returning": draw.random() < 0.5,  # noqa: PLR2004
            "note": f"please {'approve' if label == 'yes' else 'refuse'} this",
        }
        if i % 23 == 0:
            row = dict(draw.choice(ODD_ROWS))
        made.append((row, {label: 1.0} if i % 7 else {label: 0.75, "unclear": 0.25}))
    return made


def taught(start: Start, count: int, project: Project = PROJECT) -> AnyLearner:
    """A learner that has learned the first examples."""
    learner = start(project)
    for row, target in examples(count):
        learner.learn(row, target)
    return learner


def check_learns(start: Start) -> None:
    """What is plain to see is learned, and the judgement before learning says so."""
    learner = start(PROJECT)
    scored = [learner.learn(row, target) for row, target in examples(300)]
    _require(
        all(abs(sum(one.probabilities.values()) - 1) < SLACK for one in scored),
        "probabilities must sum to one",
    )
    _require(
        np.mean([one.correct for one in scored[200:]]) > MOSTLY, "the judgement must become right"
    )


def check_odd_rows(start: Start) -> None:
    """Missing, vanished, unknown and wrongly typed values, empty texts: always an answer."""
    learner = taught(start, 150)
    model = _model(learner)
    _check_probabilities(model, ODD_ROWS)
    for row in ODD_ROWS:
        learner.learn(row, {"no": 1})
    _check_probabilities(_model(learner), ODD_ROWS)


def check_one_class_only(start: Start) -> None:
    """A project whose first answers are all the same."""
    learner = start(PROJECT)
    for row, _ in examples(140):
        learner.learn(row, {"no": 1})
    probabilities = _check_probabilities(_model(learner), ODD_ROWS)
    _require(
        (probabilities.argmax(axis=1) == PROJECT.labels.index("no")).all(),
        "every answer must be the one answer ever given",
    )


def check_prediction_is_pure(start: Start) -> None:
    """No answer depends on the batch, on earlier answers, or on what is learned afterwards."""
    learner = taught(start, 150)
    model = _model(learner)
    rows = [*ODD_ROWS, *(row for row, _ in examples(40, seed=1))]
    together = model.predict_proba(rows)
    before = learner.state().sha256
    alone = np.concatenate([model.predict_proba([row]) for row in rows])
    _require(np.array_equal(together, alone), "an answer depends on its batch")
    _require(learner.state().sha256 == before, "predicting changed the learner")
    learner.learn(*examples(1, seed=2)[0])
    _require(np.array_equal(together, model.predict_proba(rows)), "learning changed a snapshot")


def check_state_round_trip(start: Start, at: int, count: int) -> None:
    """To stop after `at` examples and go on from the state changes nothing, to the bit."""
    whole = start(PROJECT)
    for row, target in examples(at):
        whole.learn(row, target)
    state = whole.state()
    resumed = type(whole).restore(PROJECT, state)
    _require(resumed.state().sha256 == state.sha256, "the state differs after a round trip")
    for row, target in examples(count)[at:]:
        same = resumed.learn(row, target) == whole.learn(row, target)
        _require(same, "a restored learner judges otherwise")
    _require(resumed.state().sha256 == whole.state().sha256, "a restored learner learns otherwise")
    again = ModelState(state.document, state.arrays)
    _require(again.sha256 == state.sha256, "a state changed with what was learned after it")


def check_seeding(start: Start) -> None:
    """The same examples give the same model; others another."""
    one, same, fewer = taught(start, 60), taught(start, 60), taught(start, 59)
    _require(
        one.state().sha256 == same.state().sha256 != fewer.state().sha256,
        "equal examples gave different models, or different ones the same",
    )


def check_new_fields(start: Start, at: int) -> None:
    """Fields that come and go after `at` examples; the new field is learned in the end."""
    learner = taught(start, at)
    fields = {"amount": FieldKind.NUMBER, "new": FieldKind.NUMBER, "tag": FieldKind.CATEGORY}
    learner.reconfigure(PROJECT.model_copy(update={"fields": fields}))
    correct = []
    for i in range(600):
        label = ("no", "yes")[i % 2]
        row: Row = {"amount": 50, "new": i % 2 * 10 + i % 3, "tag": label}
        correct.append(learner.learn(row, {label: 1}).correct)
    _require(np.mean(correct[500:]) > MOSTLY, "the new field was not learned")


def check_new_labels(start: Start) -> None:
    """More labels, in another order: what is known is kept, the new label is learned."""
    learner = taught(start, 150)
    rows = [row for row, _ in examples(40, seed=1)]
    known = _model(learner).predict_proba(rows)
    more = PROJECT.model_copy(update={"labels": ("other", "yes", "no", "unclear")})
    learner.reconfigure(more)
    model = _model(learner)
    _require(model.labels == more.labels, "the snapshot has other labels than the project")
    now = model.predict_proba(rows)
    order = [more.labels.index(label) for label in PROJECT.labels]
    kept = now[:, order] / now[:, order].sum(axis=1, keepdims=True)
    _require(np.abs(kept - known).max() < KEPT, "what was known changed with the labels")
    for _ in range(30):
        learner.learn({"note": "entirely different", "amount": 50}, {"other": 1})
    answer = _model(learner).predict_proba([{"note": "entirely different", "amount": 50}])
    _require(answer[0].argmax() == 0, "the new label was not learned")


def check_bounded_memory(start: Callable[[Project, Bounds], AnyLearner]) -> None:
    """The state stops growing once all that keeps examples is full."""
    project = PROJECT.model_copy(update={"fields": {"amount": FieldKind.NUMBER}})
    learner = start(project, Bounds(rehearsed=700, history=900))
    sizes = []
    for i in range(FULL + 300):
        learner.learn({"amount": i % 97}, {"no": 1})
        if i >= FULL and i % 100 == 0:
            state = learner.state()
            sizes.append(sum(array.nbytes for array in state.arrays.values()))
    _require(len(set(sizes)) == 1, "the state goes on growing")


def _model(learner: AnyLearner) -> ServingModel:
    model = learner.serving()
    if model is None:
        raise AssertionError("there is no model yet")
    return model


def _check_probabilities(model: ServingModel, rows: Sequence[Row]) -> NDArray[np.float64]:
    probabilities = model.predict_proba(rows)
    _require(
        probabilities.shape == (len(rows), len(model.labels)),
        "not one row of probabilities for each row",
    )
    _require(probabilities.dtype == np.float64, "probabilities are not float64")
    _require((probabilities > 0).all(), "a probability is not positive")
    _require(np.abs(probabilities.sum(axis=1) - 1).max() < EXACT, "probabilities do not sum to one")
    return probabilities


def _require(holds: bool | np.bool_, else_said: str) -> None:
    if not holds:
        raise AssertionError(else_said)
