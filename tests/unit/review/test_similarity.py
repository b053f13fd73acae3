"""Similar cases: how alike events are, and who may compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.similarity import nearest
from services.review.errors import NotFound
from shared.events import FeatureValue
from shared.project import FieldKind, Quality
from tests.unit.review.voting_desk import ADA, BEN, Desk

FIELDS = {
    "amount": FieldKind.NUMBER,
    "country": FieldKind.CATEGORY,
    "said": FieldKind.TEXT,
}
EVENT: dict[str, FeatureValue] = {"amount": 10, "country": "de", "said": "the box was wet"}


def found(*others: dict[str, FeatureValue], least: float = 0.0) -> list[tuple[str, float]]:
    decided = [(f"e{place}", "no", other) for place, other in enumerate(others)]
    return [
        (each.event_id, pytest.approx(each.likeness))  # type: ignore[misc]
        for each in nearest(EVENT, decided, FIELDS, most=3, least=least)
    ]


def test_the_same_comes_first_and_what_differs_is_named() -> None:
    far = EVENT | {"amount": 110, "country": "fr"}
    half = EVENT | {"amount": 60}
    assert found(far, half, EVENT) == [("e2", 1), ("e1", 1 - 0.5 / 3), ("e0", 1 / 3)]
    (one,) = nearest(EVENT, [("far", "no", far)], FIELDS, most=3, least=0)
    assert list(one.differs) == ["amount", "country"]


def test_texts_are_as_alike_as_their_words() -> None:
    assert found(EVENT | {"said": "The BOX, wet!"}) == [("e0", 1 - 0.25 / 3)]


def test_a_value_that_only_one_has_tells_them_apart() -> None:
    assert found(EVENT | {"country": None}) == [("e0", 2 / 3)]
    assert found({}) == [("e0", 0)]


def test_who_is_too_far_off_is_not_shown_and_no_more_than_asked_for() -> None:
    assert found({"country": "de"}, least=0.9) == []
    assert len(found(*[EVENT] * 9)) == 3


def test_numbers_beyond_all_bounds_are_compared() -> None:
    assert found(EVENT | {"amount": 10**400}, EVENT | {"amount": float("nan")})


VALUES = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9)
EVENTS = st.dictionaries(st.sampled_from(sorted(FIELDS)), VALUES)


@given(EVENTS, st.lists(EVENTS, max_size=5))
def test_anything_can_be_compared(
    event: dict[str, FeatureValue], others: list[dict[str, FeatureValue]]
) -> None:
    decided = [(str(place), "no", other) for place, other in enumerate(others)]
    for each in nearest(event, decided, FIELDS, most=5, least=0):
        assert 0 <= each.likeness <= 1


def test_a_reviewer_compares_with_what_people_decided() -> None:
    desk = Desk()
    desk.arrive("a", "b", "c")
    desk.say(ADA, "stay")
    desk.say(BEN, "leave")
    claim = desk.claim(ADA)
    similar = desk.similar(claim.lease.id, ADA)
    assert {(each.event_id, each.label) for each in similar} == {("a", "stay"), ("b", "leave")}
    with pytest.raises(NotFound, match="no such lease"):
        desk.similar(claim.lease.id, BEN)


@pytest.mark.parametrize("changes", [{"blind": True}, {"quality": Quality(hidden_share=1)}])
def test_who_judges_unaided_compares_with_nothing(changes: dict[str, object]) -> None:
    desk = Desk(**changes)
    desk.arrive("a", "b")
    desk.say(ADA, "stay")
    assert desk.similar(desk.claim(ADA).lease.id, ADA) == []
