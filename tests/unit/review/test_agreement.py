"""Measures of agreement, held to published examples, to one another and to another program."""

import random
from collections import Counter
from typing import Any

import krippendorff
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha

LABELS = ["a", "b", "c", "d"]
ITEMS = st.lists(st.lists(st.sampled_from(LABELS), min_size=3, max_size=3), min_size=2)
SPARSE = st.lists(
    st.dictionaries(st.sampled_from(["ada", "bo", "cy", "di"]), st.sampled_from(LABELS)),
    min_size=1,
    max_size=30,
)


def test_fleiss_own_kind_of_table() -> None:
    """Ten items, fourteen reviewers, five labels: the example of Wikipedia's article, 0.210."""
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    rows = [dict(zip("12345", row, strict=True)) for row in counts]
    assert fleiss_kappa(rows) == pytest.approx(0.210, abs=0.0005)


def test_krippendorffs_own_example() -> None:
    """Four observers, twelve units, gaps (Krippendorff 2011, section C): 0.743."""
    said = {
        "A": "1 2 3 3 2 1 4 1 2 . . .",
        "B": "1 2 3 3 2 2 4 1 2 5 . 3",
        "C": ". 3 3 3 2 3 4 2 2 5 1 .",
        "D": "1 2 3 3 2 4 4 1 2 5 1 .",
    }
    votes: dict[str, dict[str, str]] = {}
    for observer, row in said.items():
        for unit, label in enumerate(row.split()):
            if label != ".":
                votes.setdefault(str(unit), {})[observer] = label
    assert krippendorff_alpha(votes) == pytest.approx(0.743, abs=0.0005)


@given(SPARSE)
def test_alpha_is_that_of_the_krippendorff_package(items: list[dict[str, str]]) -> None:
    votes = {str(number): said for number, said in enumerate(items)}
    counts = [[Counter(said.values())[label] for label in LABELS] for said in items]
    ours = krippendorff_alpha(votes)
    compared = Counter[str]()
    for said in items:
        compared.update(said.values() if len(said) > 1 else [])
    if len(compared) < 2:
        assert ours is None
        return
    theirs: Any = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    assert ours == pytest.approx(theirs)


@given(ITEMS)
def test_alpha_and_fleiss_differ_by_a_known_factor(items: list[list[str]]) -> None:
    """With n answers in all, 1 - alpha = (1 - kappa) * (n - 1) / n."""
    alpha = krippendorff_alpha(
        {
            str(number): dict(zip(("ada", "bo", "cy"), said, strict=True))
            for number, said in enumerate(items)
        }
    )
    kappa = fleiss_kappa([Counter(said) for said in items])
    answers = 3 * len(items)
    if alpha is None or kappa is None:
        assert alpha is kappa is None
    else:
        assert 1 - alpha == pytest.approx((1 - kappa) * (answers - 1) / answers)


@given(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1))
def test_cohens_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[str, str]]) -> None:
    kappa = cohen_kappa(pairs)
    assert kappa == cohen_kappa([(other, one) for one, other in pairs])
    assert kappa is None or -1 <= kappa <= 1
    assert (kappa == 1) == (kappa is not None and all(one == other for one, other in pairs))


def test_chance_agreement_is_none() -> None:
    chance = random.Random(3)  # noqa: S311 - test data
    pairs = [(chance.choice(LABELS), chance.choice(LABELS)) for _ in range(20_000)]
    assert cohen_kappa(pairs) == pytest.approx(0, abs=0.02)


def test_what_cannot_be_told_is_none() -> None:
    assert cohen_kappa([]) is None
    assert cohen_kappa([("a", "a")] * 5) is None
    assert fleiss_kappa([]) is None
    assert krippendorff_alpha({"1": {"ada": "a"}}) is None


@pytest.mark.parametrize("rows", [[{"a": 2}, {"a": 3}], [{"a": 1}], [{}]])
def test_fleiss_wants_equally_many_answers(rows: list[dict[str, int]]) -> None:
    with pytest.raises(ValueError, match="same number"):
        fleiss_kappa(rows)
