"""Trees see values that tell the same about the label side by side, and learn none by heart."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shared.model.codebook import CodeBook
from shared.model.state import ModelState
from shared.model.telling import told_order
from shared.model.values import Values
from shared.project import FieldKind

COLOUR = {"c": FieldKind.CATEGORY}


def painted(values: str) -> Values:
    return Values.read([{"c": value} for value in values], COLOUR)


def one_hot(answers: str) -> NDArray[np.float32]:
    return np.array([[answer == label for label in "ny"] for answer in answers], np.float32)


def codes(book: CodeBook, values: str) -> dict[str, int]:
    return dict(zip(values, book.encode(painted(values))[:, 0].tolist(), strict=True))


def order(shares: Mapping[str, tuple[int, ...]]) -> tuple[list[str], int]:
    """The names by their place, and the place of an unknown one."""
    places, unknown = told_order(np.array(list(shares.values()), np.float64))
    by_place = sorted(zip(places.tolist(), shares, strict=True))
    return [name for _, name in by_place], unknown


def test_values_stand_in_the_order_of_their_share_of_yes() -> None:
    names, unknown = order({"a": (2, 38), "b": (30, 10), "c": (20, 20), "d": (39, 1)})
    assert "".join(names) in ("acbd", "dbca")
    assert 1 < unknown < 5


def test_with_three_labels_those_that_are_alike_stand_together() -> None:
    shares = {"a": (30, 5, 5), "b": (4, 6, 30), "c": (28, 6, 6), "d": (6, 5, 29)}
    names, _ = order(shares)
    assert {"".join(sorted(names[:2])), "".join(sorted(names[2:]))} == {"ac", "bd"}


def test_a_value_seen_four_times_is_not_asked_and_shares_the_place_of_the_unknown() -> None:
    masses = np.array([[40, 2], [4, 0], [2, 40], [0, 4], [0, 5]], np.float64)
    places, unknown = told_order(masses)
    assert places[1] == places[3] == unknown
    assert places[4] != unknown


def test_values_that_differ_by_chance_alone_keep_the_order_of_how_frequent_they_are() -> None:
    heads = np.random.default_rng(4).binomial(12, 0.5, 300)
    masses = np.stack([heads, 12 - heads], axis=1).astype(np.float64)
    masses[7] = (15, 15)
    places, unknown = told_order(masses)
    assert (places[7], unknown) == (1, 0)
    assert sorted(places.tolist()) == list(range(1, 301))


def test_one_value_alone_tells_nothing() -> None:
    places, unknown = told_order(np.array([[9.0, 30.0]]))
    assert (places.tolist(), unknown) == ([1], 0)


def test_doubtful_answers_count_as_much_as_they_are_sure() -> None:
    sure = told_order(np.array([[40.0, 0], [0, 40.0], [25, 15]]))
    doubtful = told_order(np.array([[38.5, 1.5], [1.5, 38.5], [24.0, 16]]))
    assert sure[0].tolist() == doubtful[0].tolist()


def test_a_value_never_seen_stands_between_those_that_speak_for_and_against() -> None:
    book = CodeBook.fit(painted("rgb" * 30), one_hot("yny" * 30))
    found = codes(book, "rgbx")
    assert found["r"] == found["b"] != found["g"]
    assert min(found.values()) < found["x"] < max(found.values())
    assert book.sizes == [max(found.values()) + 1]


def test_a_book_of_an_older_version_holds_the_unknown_for_missing() -> None:
    book = CodeBook.fit(painted("rgb" * 30), one_hot("yny" * 30))
    saved = book.state()
    arrays = {name: array for name, array in saved.arrays.items() if name != "unknown"}
    older = CodeBook.from_state(ModelState(saved.document, arrays))
    assert codes(older, "x") == {"x": 0}
    assert codes(older, "rgb") == codes(book, "rgb")
