"""Time that passes faster keeps its order, and touches nothing but time."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.promtool import RULES
from tests.alerts.shrinking import faster, shrunk

_LONG = st.floats(16, 1e6)
_TIME = re.compile(r"(?<=increase)\(\w+\[\w+\]\)+ > (?!0$|0\s)[\d.]+|\[\w+\]|offset \w+")


@given(_LONG, _LONG)
def test_what_is_longer_stays_longer(one: float, other: float) -> None:
    assert (faster(one) < faster(other)) or one >= other


def test_a_duration_of_which_nothing_would_be_left_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be shortened"):
        faster(7.5)


def test_our_rules_stay_the_same_but_for_time() -> None:
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))

    assert timeless(shrunk(rules)) == timeless(rules)
    assert shrunk(rules) != rules


def timeless(rules: dict[str, Any]) -> list[dict[str, Any]]:
    """All rules, without any duration."""
    return [
        {**rule, "expr": _TIME.sub("", rule["expr"]), "for": "for" in rule}
        for group in rules["groups"]
        for rule in group["rules"]
    ]
