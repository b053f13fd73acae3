"""What a model names as its reasons, on planted data."""

import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from shared.events import FeatureValue
from shared.model import checks
from shared.model.evidence import LEAST, MOST
from shared.model.learner import Learner
from shared.model.serving import ServingModel
from shared.project import FieldKind, Project
from shared.wire import Evidence

Row = dict[str, FeatureValue]

TABLE = Project(
    name="planted",
    title="Which one is it?",
    labels=("no", "yes", "maybe"),
    fields={
        "noise": FieldKind.NUMBER,
        "amount": FieldKind.NUMBER,
        "country": FieldKind.CATEGORY,
        "returning": FieldKind.BOOLEAN,
    },
)
LETTERS = Project(
    name="letters",
    title="Do they complain?",
    labels=("complaint", "praise"),
    fields={"body": FieldKind.TEXT, "branch": FieldKind.CATEGORY},
)
DRAW = random.Random(1)  # noqa: S311 - planted data, not a secret


def a_row() -> Row:
    return {
        "noise": DRAW.gauss(0, 1),
        "amount": DRAW.gauss(50, 20),
        "country": DRAW.choice(["de", "fr", "pl"]),
        "returning": DRAW.random() < 0.5,
    }


def a_letter(word: str) -> Row:
    words = [DRAW.choice(["the", "shop", "was", "near", "us", "today"]) for _ in range(12)]
    words.insert(DRAW.randrange(12), word)
    return {"body": " ".join(words), "branch": DRAW.choice(["north", "south"])}


def learned(project: Project, examples: Sequence[tuple[Row, str]]) -> ServingModel:
    learner = Learner.start(project)
    for row, label in examples:
        learner.learn(row, {label: 1.0})
    model = learner.serving()
    assert model is not None
    return model


def reasons(model: ServingModel, rows: Sequence[Row]) -> list[list[Evidence]]:
    return model.judge(rows)[1]


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("amount", lambda row: "yes" if row["amount"] > 55 else "no"),
        ("country", lambda row: {"de": "no", "fr": "yes", "pl": "maybe"}[row["country"]]),
        ("returning", lambda row: "maybe" if row["returning"] else "no"),
    ],
)
def test_the_field_that_alone_decides_is_named_first(
    field: str, rule: Callable[[Row], str]
) -> None:
    examples = [(row, rule(row)) for row in (a_row() for _ in range(300))]
    model = learned(TABLE, examples)

    fresh = [a_row() for _ in range(60)]
    named = reasons(model, fresh)

    sure = [n for n, p in zip(named, model.predict_proba(fresh), strict=True) if p.max() > 0.9]
    assert len(sure) > 30
    assert np.mean([told[0].field == field for told in sure]) > 0.95
    assert all(told[0].contribution > 0 for told in sure)


def test_the_word_that_alone_decides_is_named_first_as_it_is_read() -> None:
    words = {"complaint": "terrible", "praise": "lovely"}
    labels = [DRAW.choice([*words]) for _ in range(200)]
    model = learned(LETTERS, [(a_letter(words[label]), label) for label in labels])

    first, second = reasons(model, [a_letter("Terrible"), a_letter("lovely")])

    assert (first[0].field, first[0].value) == ("body", "terrible")
    assert (second[0].field, second[0].value) == ("body", "lovely")


def test_what_speaks_against_the_answer_is_negative() -> None:
    labels = ["complaint" if i % 2 else "praise" for i in range(200)]
    words = {"complaint": "terrible", "praise": "lovely"}
    model = learned(LETTERS, [(a_letter(words[label]), label) for label in labels])
    torn: Row = {"body": "terrible lovely lovely lovely", "branch": "north"}

    (told,) = reasons(model, [torn])

    signs = {reason.value: reason.contribution > 0 for reason in told}
    assert signs["lovely"] is not signs["terrible"]


def test_few_are_named_loudest_first_and_each_is_worth_naming() -> None:
    model = checks.taught(Learner.start, 200).serving()
    assert model is not None
    for told in reasons(model, [row for row, _ in checks.examples(60, seed=3)]):
        sizes = [abs(reason.contribution) for reason in told]
        assert len(told) <= MOST
        assert sizes == sorted(sizes, reverse=True)
        assert all(size >= LEAST for size in sizes)


def test_odd_rows_have_reasons_too_and_the_same_answer_as_without() -> None:
    model = checks.taught(Learner.start, 150).serving()
    assert model is not None
    probabilities, told, _ = model.judge(checks.ODD_ROWS)
    assert np.array_equal(probabilities, model.predict_proba(checks.ODD_ROWS))
    assert len(told) == len(checks.ODD_ROWS)
    lengths = [len(r.value) for row in told for r in row if isinstance(r.value, str)]
    assert max(lengths, default=0) <= 200


def test_a_row_is_explained_alone_as_in_a_batch() -> None:
    model = checks.taught(Learner.start, 150).serving()
    assert model is not None
    rows = [row for row, _ in checks.examples(20, seed=5)]
    for row, told in zip(rows, reasons(model, rows), strict=True):
        (alone,) = reasons(model, [row])
        assert [(r.field, r.value) for r in alone] == [(r.field, r.value) for r in told]
