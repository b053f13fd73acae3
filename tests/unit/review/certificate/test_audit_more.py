"""Stories of events that are checked more often than the promise needs."""

import pytest

from services.review.domain.ledger import Kind
from services.review.use_cases.certificates import ReadCertificates
from shared.project import Checks, Condition, Policy
from tests.builders import a_prediction
from tests.fakes.review_workers import KEY
from tests.unit.review.certificate.test_blocks import POLICY, Line

PERHAPS = Condition(chance_of="leave", at_least=0.1)
"""What the model takes for "stay", but might be the rarer one."""


def with_checks(*probabilities: float, floor: float = 0.1) -> Policy:
    checks = tuple(Checks(when=PERHAPS, probability=each) for each in probabilities)
    return POLICY.model_copy(
        update={"audit_more": checks, "audit_probability": floor, "window": 1000}
    )


def route(line: Line, events: int, leave: float) -> list[dict[str, object]]:
    names = [f"e{number}" for number in range(events)]
    line.route([a_prediction(name, leave=leave) for name in names])
    return [dict(line.story(name, Kind.ROUTED)[0]["placed"]) for name in names]  # type: ignore[call-overload]


def audits(line: Line, *, counted: bool) -> float:
    found = line.route._metrics.audits.labels("churn", str(counted).lower())
    return float(found._value.get())


def test_what_might_be_rare_is_checked_more_often_and_counts_no_more_than_the_rest() -> None:
    line = Line(with_checks(0.6))
    placed = route(line, 400, leave=0.1)
    reviewed, counted = (sum(bool(each[how]) for each in placed) for how in ("review", "counted"))
    assert {each["probability"] for each in placed} == {0.6}
    assert 200 < reviewed < 280
    assert 5 < counted < 35  # 0.1 / 0.9 * (1 - 0.6) of 400 is 18
    assert line.block().pending == counted
    assert line.block().accepted == 400 - reviewed
    assert (audits(line, counted=True), audits(line, counted=False)) == (
        counted,
        reviewed - counted,
    )


def test_who_surely_is_none_is_checked_as_the_promise_needs() -> None:
    line = Line(with_checks(0.6))
    assert {each["probability"] for each in route(line, 20, leave=0.05)} == {0.1}


@pytest.mark.parametrize(
    ("probabilities", "highest"), [((0.3, 0.5, 0.2), 0.5), ((0.05,), 0.1), ((), 0.1)]
)
def test_the_highest_probability_counts(probabilities: tuple[float, ...], highest: float) -> None:
    line = Line(with_checks(*probabilities))
    assert {each["probability"] for each in route(line, 5, leave=0.2)} == {highest}


def test_the_record_alone_gives_the_same_blocks() -> None:
    line = Line(with_checks(0.6))
    route(line, 400, leave=0.1)
    verified = ReadCertificates(line.store, KEY).verify("churn")
    assert verified.contradictions == []
    assert verified.blocks == 1
