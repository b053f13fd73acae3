"""The router's rule."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.coin import Draw, coin, key_id
from services.review.domain.routing import Rules, margin, route
from shared.events import RouteKind, RouteReason
from shared.project import Policy

KEY = b"k" * 32
RULES = Rules(Policy(auto_margin=0.6, audit_probability=0.1), policy_version=3, stopped=False)
STOPPED = Rules(RULES.policy, policy_version=3, stopped=True)

SURE = {"stay": 0.9, "leave": 0.1}
TORN = {"stay": 0.6, "leave": 0.4}


@pytest.mark.parametrize(
    ("probabilities", "version", "draw", "rules", "kind", "reason", "inclusion"),
    [
        (SURE, 1, 0.5, RULES, RouteKind.AUTO, RouteReason.CONFIDENT, 0.1),
        (SURE, 1, 0.05, RULES, RouteKind.REVIEW, RouteReason.AUDIT, 0.1),
        (TORN, 1, 0.5, RULES, RouteKind.REVIEW, RouteReason.UNCERTAIN, 1.0),
        (SURE, 0, 0.5, RULES, RouteKind.REVIEW, RouteReason.NO_MODEL, 1.0),
        (SURE, 1, 0.5, STOPPED, RouteKind.REVIEW, RouteReason.STOPPED, 1.0),
    ],
)
def test_route(
    probabilities: dict[str, float],
    version: int,
    draw: float,
    rules: Rules,
    kind: RouteKind,
    reason: RouteReason,
    inclusion: float,
) -> None:
    chosen = route(probabilities, version, draw, rules)
    assert (chosen.kind, chosen.reason) == (kind, reason)
    assert chosen.inclusion_probability == inclusion
    assert chosen.policy_version == 3


@given(
    st.lists(st.floats(0.001, 1), min_size=2, max_size=8),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 3),
    st.booleans(),
)
def test_only_a_sure_model_decides_alone(
    masses: list[float], draw: float, version: int, stopped: bool
) -> None:
    probabilities = {str(i): mass / sum(masses) for i, mass in enumerate(masses)}
    chosen = route(probabilities, version, draw, Rules(RULES.policy, 1, stopped))
    assert chosen.inclusion_probability > 0
    if chosen.kind is RouteKind.AUTO:
        assert version > 0
        assert not stopped
        assert margin(probabilities) >= RULES.policy.auto_margin
        assert draw >= chosen.inclusion_probability


def test_the_coin_is_fair_and_keeps_its_word() -> None:
    draws = [coin(KEY, Draw.AUDIT, "churn", str(number)) for number in range(20_000)]
    assert draws == [coin(KEY, Draw.AUDIT, "churn", str(number)) for number in range(20_000)]
    tenths = Counter(int(draw * 10) for draw in draws)
    chi_square = sum((tenths[tenth] - 2000) ** 2 / 2000 for tenth in range(10))
    assert chi_square < 27.9  # the 0.999 quantile with 9 degrees of freedom


def test_the_coin_depends_on_key_and_project() -> None:
    here = coin(KEY, Draw.AUDIT, "churn", "e")
    assert coin(b"x" * 32, Draw.AUDIT, "churn", "e") != here
    assert coin(KEY, Draw.AUDIT, "other", "e") != here
    assert key_id(KEY) != key_id(b"x" * 32)
