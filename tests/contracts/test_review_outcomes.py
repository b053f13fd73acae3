"""What became of events: the fake of the unit tests, SQLite and PostgreSQL count alike."""

from datetime import timedelta

from services.review.domain.access import Role, User
from services.review.domain.contribution import Impact, Outcome
from services.review.domain.votes import Answer
from services.review.ports import Store
from services.review.use_cases.claiming import Wish
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.reporting import ReportContribution
from shared.events import RouteReason
from shared.project import Policy, Quality
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

ADA, LEA = User("ada", Role.REVIEWER), User("lea", Role.LEAD)
OPS = User("olga", Role.OPS)
POLICY = Policy(error_rate=1, auto_margin=0.6, audit_probability=0.3, review_cost=2)


def test_a_report_counts_what_people_did(store: Store) -> None:
    # given events of which some are torn and some are sure, of these some drawn for a check
    clock = FakeClock()
    desk = Workers(store, FakeBell(), clock)
    quality = Quality(gold_share=0.5)
    project = a_project("churn", policy=POLICY, quality=quality)
    KeepProjects(store, FakeBell(), clock).apply(project, OPS)
    for number in range(40):
        desk.route([a_prediction(f"e{number}", leave=0.55 if number % 4 == 0 else 0.95)])

    # when a lead answers all, each after seven seconds, and says `stay` of the torn ones
    clock.pass_seconds(7)
    while claims := desk.work.claim(Wish("churn", 5), LEA).claims:
        for claim in claims:
            torn = claim.lease.item.reason is RouteReason.UNCERTAIN
            answer = Answer("stay" if torn else "leave", seconds_spent=3.0)
            desk.decide(claim.lease.id, LEA, answer, 0)
    # and a check turns out wrong, and a copy of gold is answered, which counts nowhere
    with store.read() as transaction:
        drawn = transaction.outcomes.by_reason("churn")[RouteReason.AUDIT].answered
        assert transaction.outcomes.changed("churn", RouteReason.AUDIT, 10) == []
        assert transaction.outcomes.effort("churn").seconds == 3 * (10 + drawn)
    desk.gold.mark("churn", "e0", "stay", None, LEA)
    desk.route([a_prediction("later", leave=0.55)])
    (copy,) = desk.work.claim(Wish("churn", 1), ADA).claims
    assert copy.lease.item.event_id == "e0"
    desk.decide(copy.lease.id, ADA, Answer("stay", seconds_spent=100), 0)

    with store.read() as transaction:
        outcomes = transaction.outcomes.by_reason("churn")
        changed = transaction.outcomes.changed("churn", RouteReason.UNCERTAIN, 3)
        effort = transaction.outcomes.effort("churn")
        waits = transaction.outcomes.waits("churn", 5)
        impact = transaction.outcomes.impact("churn", "lea", clock.now() + timedelta(seconds=1))
        assert transaction.outcomes.impact("churn", "lea", clock.now()) == Impact()
        assert transaction.outcomes.impact("churn", "ada", clock.now()) == Impact()
    assert impact == Impact(answers=10 + drawn, stood=10 + drawn, corrected=10)
    assert 3 <= drawn <= 20
    assert outcomes == {
        RouteReason.UNCERTAIN: Outcome(waiting=1, answered=10, changed=10),
        RouteReason.AUDIT: Outcome(waiting=0, answered=drawn, changed=0),
    }
    assert changed == ["e36", "e32", "e28"]
    assert (effort.answers, effort.timed, effort.squares) == (
        10 + drawn,
        10 + drawn,
        9 * (10 + drawn),
    )
    assert waits == [7.0] * 5

    told = {figure.name: figure for figure in ReportContribution(store, clock)("churn").figures}
    assert told["errors_prevented"].value == 10
    assert told["automation"].value == (30 - drawn) / 41
    assert told["time_to_decision_median"].value == 7
    assert told["cost_per_decision"].value == 2 * (10 + drawn) / 40
