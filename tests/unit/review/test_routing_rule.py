"""The router's rule."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.certificate.gate import Placed, Ruling
from services.review.domain.certificate.lanes import lane_of, read_lane
from services.review.domain.coin import Draw, coin, key_id
from services.review.domain.routing import Rules, barred, follow, margin, to_people
from shared.events import RouteKind, RouteReason
from shared.project import Policy
from shared.wire import PredictionData
from tests.builders import a_prediction

KEY = b"k" * 32
RULES = Rules(Policy(auto_margin=0.6, audit_probability=0.1), policy_version=3, stopped=False)
STOPPED = Rules(RULES.policy, policy_version=3, stopped=True)
FREE = Rules(Policy(error_rate=1, auto_margin=0.6), policy_version=3, stopped=False)


def a_lead_of(lead: float, version: int) -> PredictionData:
    return a_prediction("e1", leave=(1 - lead) / 2, version=version).data


@pytest.mark.parametrize(
    ("lead", "version", "rules", "reason"),
    [
        (0.8, 1, RULES, None),
        (0.2, 1, RULES, RouteReason.UNCERTAIN),
        (0.8, 0, RULES, RouteReason.NO_MODEL),
        (0.8, 1, STOPPED, RouteReason.STOPPED),
    ],
)
def test_what_people_decide_for_certain(
    lead: float, version: int, rules: Rules, reason: RouteReason | None
) -> None:
    found = barred(a_lead_of(lead, version), rules)
    assert (found.reason if found else None) == reason


@given(st.floats(0, 1), st.integers(0, 3), st.booleans())
def test_only_a_sure_model_may_decide_alone(lead: float, version: int, stopped: bool) -> None:
    data = a_lead_of(lead, version)
    if barred(data, Rules(RULES.policy, 1, stopped)) is None:
        assert version > 0
        assert not stopped
        assert margin(data.probabilities) >= RULES.policy.auto_margin


def placed(score: float, *ruling: float | bool | None) -> Placed:
    return Placed("label=stay", score, Ruling(*ruling))  # type: ignore[arg-type]


ESCAPED = placed(0.1, True, 0.1, False, False, 4, 0.2)
AUDITED = placed(0.1, True, 0.1, True, True, 4, 0.2)
ABOVE = placed(0.3, False, 1.0, True, False, 4, 0.2)
SHUT = placed(0.1, False, 1.0, True, False, 4, 0.2)
NO_EVIDENCE = placed(0.1, False, 1.0, True, False, 4, None)


@pytest.mark.parametrize(
    ("what", "kind", "reason", "inclusion", "certificate"),
    [
        (ESCAPED, RouteKind.AUTO, RouteReason.CONFIDENT, 0.1, "label=stay/4"),
        (AUDITED, RouteKind.REVIEW, RouteReason.AUDIT, 0.1, "label=stay/4"),
        (ABOVE, RouteKind.REVIEW, RouteReason.UNCERTAIN, 1.0, None),
        (SHUT, RouteKind.REVIEW, RouteReason.UNPROVEN, 1.0, None),
        (NO_EVIDENCE, RouteKind.REVIEW, RouteReason.UNPROVEN, 1.0, None),
    ],
)
def test_the_route_follows_from_the_ruling(
    what: Placed, kind: RouteKind, reason: RouteReason, inclusion: float, certificate: str | None
) -> None:
    chosen = follow(what, RULES)
    assert (chosen.kind, chosen.reason) == (kind, reason)
    assert (chosen.inclusion_probability, chosen.certificate) == (inclusion, certificate)
    assert chosen.policy_version == 3


def test_who_promises_nothing_names_no_certificate() -> None:
    assert follow(ESCAPED, FREE).certificate is None


def test_who_goes_to_people_does_so_for_certain() -> None:
    assert to_people(RouteReason.STOPPED, STOPPED).inclusion_probability == 1


def test_the_margin_of_one_label_is_its_probability() -> None:
    assert margin({"stay": 1.0}) == 1


@given(st.text(), st.text(min_size=1), st.text(), st.text(), st.text())
def test_lanes_of_different_events_have_different_names(
    label: str, name: str, value: str, other_label: str, other_value: str
) -> None:
    one = lane_of(label, {name: value}, [name])
    other = lane_of(other_label, {name: other_value}, [name])
    assert (one == other) == ((label, value) == (other_label, other_value))
    if name != "label":
        assert read_lane(one) == {"label": label, name: value}


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
