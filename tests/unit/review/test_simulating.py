"""The parts of the policy simulator, each by itself."""

from collections.abc import Sequence
from random import Random
from statistics import fmean

import pytest

from services.review.domain.figures import Span
from services.review.domain.routing import predicted_label
from services.review.domain.simulation.course import Arrival
from services.review.domain.simulation.imputing import Imputer
from services.review.domain.simulation.past import Past, Said
from services.review.domain.simulation.people import People, Turn, observed
from services.review.domain.simulation.queueing import Queueing
from services.review.domain.simulation.reading import asked
from services.review.domain.simulation.support import supports
from services.review.domain.simulation.tally import foreseen
from shared.events import Route, RouteKind, RouteReason
from shared.project import Capacity, Deadline, Fallback, Policy, Project, Votes, WhenOver
from tests.builders import a_prediction, a_project


def seeded(seed: int) -> Random:
    """Chance that is the same each time."""
    return Random(seed)  # noqa: S311 - a simulation


def a_past(place: int, *, leave: float = 0.1, pi: float = 1.0, said: str | None = None) -> Past:
    """An event, its answer a minute later."""
    data = a_prediction(leave=leave).data
    predicted = predicted_label(data.probabilities)
    return Past(
        place=place,
        at=float(place),
        data=data,
        predicted=predicted,
        score=1 - data.probabilities[predicted],
        draw=0.5,
        route=(RouteReason.AUDIT if pi < 1 else RouteReason.UNPROVEN, pi, None),
        version=1,
        said=[Said(place, place + 60.0, said)] if said else [],
    )


def of_risk(risk: float, count: int, leave: float, pi: float, draw: Random) -> list[Past]:
    """Events of one score, of which so many are wrong; each was answered with probability π."""
    found: list[Past] = []
    for place in range(count):
        label = "leave" if draw.random() < risk else "stay"
        is_seen = draw.random() < pi
        found.append(a_past(place, leave=leave, pi=pi, said=label if is_seen else None))
    return found


def test_errors_of_what_nobody_saw_are_estimated_from_what_was_checked() -> None:
    draw = seeded(5)
    covered = 0
    for _ in range(40):
        events = [*of_risk(0.02, 1500, 0.05, 0.1, draw), *of_risk(0.3, 300, 0.4, 1.0, draw)]
        sure = {past.place: 1.0 for past in events}
        (together, _) = supports(events, sure)
        truth = (0.02 * 1500 + 0.3 * 300) / 1800
        covered += together.low <= truth <= together.high
    assert covered >= 36


def test_what_would_be_automatic_without_an_answer_has_no_support() -> None:
    events = [a_past(place) for place in range(100)]
    found, _ = supports(events, {past.place: 1.0 for past in events})
    assert (found.answers, found.estimate, found.high) == (0, None, 1.0)
    assert not found.is_enough
    (nothing,) = supports(events, {})
    assert nothing.is_enough


def test_unknown_answers_are_as_wrong_as_like_ones_that_are_known() -> None:
    draw = seeded(7)
    events = [*of_risk(0.02, 2000, 0.05, 0.2, draw), *of_risk(0.4, 400, 0.45, 1.0, draw)]
    imputer = Imputer(sorted(events, key=lambda past: past.place))
    rates = [imputer.drawn(seeded(seed)) for seed in range(50)]
    sure, torn = a_past(100, leave=0.05), a_past(100, leave=0.45)
    assert fmean(rate(sure) for rate in rates) == pytest.approx(0.02, abs=0.015)
    assert fmean(rate(torn) for rate in rates) == pytest.approx(0.4, abs=0.06)
    assert len({rate(sure) for rate in rates}) == 50


def test_a_world_that_turns_turns_what_is_drawn_too() -> None:
    before = [a_past(place, leave=0.2, said="stay") for place in range(800)]
    after = [a_past(place, leave=0.2, said="leave") for place in range(800, 1600)]
    rate = Imputer([*before, *after]).drawn(seeded(1))
    assert rate(a_past(10, leave=0.2)) < 0.05
    assert rate(a_past(1500, leave=0.2)) > 0.9


def test_few_answers_leave_much_open() -> None:
    rates = [Imputer([a_past(1, said="stay")]).drawn(seeded(seed)) for seed in range(100)]
    drawn = sorted(rate(a_past(2)) for rate in rates)
    assert drawn[5] < 0.1
    assert drawn[95] > 0.6


def test_idle_time_is_no_work() -> None:
    turns = [Turn("ada", at, arrived, None) for at, arrived in [(100, 0), (110, 5), (500, 490)]]
    assert observed(turns).seconds == [10]
    assert observed([]).observed == 0


def ask(
    project: Project, people: People, arrivals: Sequence[tuple[float, RouteReason, bool]]
) -> Queueing:
    """Items come, and everything is answered that people come to within a day."""
    queue = Queueing(people, project, {}, seeded(1))
    for number, (at, reason, wrong) in enumerate(arrivals):
        list(queue.until(at, 0))
        arrival = Arrival(number, a_past(number), number, at, 0.5, wrong)
        route = Route(
            kind=RouteKind.REVIEW,
            reason=reason,
            inclusion_probability=0.1 if reason is RouteReason.AUDIT else 1.0,
            policy_version=1,
            certificate=None,
        )
        queue.take(arrival, route)
    heard = [each.number for each in queue.until(86_400.0, 0)]
    queue.close(0.0, 86_400.0)
    assert len(heard) <= len(arrivals)
    return queue


TORN, CHECK = RouteReason.UNPROVEN, RouteReason.AUDIT
AT_ONCE = [(0.0, TORN, False)] * 4


def test_one_person_answers_one_after_the_other_and_two_twice_as_fast() -> None:
    assert ask(a_project(), People(1, [10.0]), AT_ONCE).outcome.waits == [10, 20, 30, 40]
    assert ask(a_project(), People(2, [10.0]), AT_ONCE).outcome.waits == [10, 10, 20, 20]


def test_work_waits_for_the_hours_in_which_people_work() -> None:
    asked_at_night = ask(a_project(), People(1, [10.0], frozenset({9})), AT_ONCE[:1])
    assert asked_at_night.outcome.waits == [9 * 3600 + 10]
    assert asked_at_night.outcome.working == 3600


def test_deadlines_are_missed_where_people_are_too_few() -> None:
    project = a_project(deadline={"seconds": 25})
    outcome = ask(project, People(1, [10.0]), AT_ONCE).outcome
    assert (outcome.dated, outcome.missed, len(outcome.waits)) == (4, 2, 4)
    leads = project.model_copy(
        update={"deadline": Deadline(seconds=25, fallback=Fallback.ESCALATE)}
    )
    outcome = ask(leads, People(1, [10.0]), AT_ONCE).outcome
    assert (outcome.dated, outcome.missed, len(outcome.waits)) == (4, 2, 3)


def test_a_deadline_of_its_own_moves_with_the_event() -> None:
    queue = Queueing(People(1, [10.0]), a_project(deadline={"seconds": 1}), {}, seeded(1))
    past = a_past(100)
    past.due = past.at + 30
    route = Route(
        kind=RouteKind.REVIEW,
        reason=TORN,
        inclusion_probability=1.0,
        policy_version=1,
        certificate=None,
    )
    list(queue.until(5000.0, 5000))
    for number in range(4):
        queue.take(Arrival(number, past, 5000, 5000.0, 0.5, False), route)
    list(queue.until(6000.0, 6000))
    assert (queue.outcome.dated, queue.outcome.missed) == (4, 1)


def test_checks_go_first_and_an_error_needs_a_second_person() -> None:
    promised = a_project(policy=Policy(window=400))
    arrivals = [*AT_ONCE, (0.0, CHECK, True)]
    two = ask(promised, People(2, [10.0]), arrivals).outcome
    assert two.answers == 6
    assert two.waits[0] == 10
    alone = ask(promised, People(1, [10.0]), arrivals).outcome
    assert (alone.answers, len(alone.waits)) == (5, 4)


def test_several_votes_take_several_answers() -> None:
    project = a_project(votes=Votes(min=2, max=3))
    assert ask(project, People(3, [10.0]), AT_ONCE).outcome.answers == 8


def test_beyond_capacity_the_newest_fall_back_and_never_a_check() -> None:
    capacity = Capacity(answers_an_hour=2, hours=1, when_over=WhenOver.FALLBACK)
    project = a_project(
        policy=Policy(window=400, capacity=capacity), deadline=Deadline(fallback=Fallback.MODEL)
    )
    people = People(1, [1000.0])
    outcome = ask(project, people, [(float(n), CHECK, False) for n in range(4)]).outcome
    assert outcome.relieved == 0
    outcome = ask(project, people, [(float(n), TORN, False) for n in range(8)]).outcome
    assert outcome.relieved > 0
    assert outcome.relieved + len(outcome.waits) == 8


def test_plays_tell_where_the_next_one_lies() -> None:
    draw, inside = seeded(3), 0
    for _ in range(300):
        # given a stretch that is as far from others of its kind as its plays are from it
        recorded, following = draw.gauss(100, 10), draw.gauss(100, 10)
        plays = [draw.gauss(recorded, 10) for _ in range(8)]
        found = foreseen([{"reviews_a_day": play} for play in plays])["reviews_a_day"]
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= following <= found.high
    assert 273 <= inside <= 297
    assert foreseen([{"cost": None}])["cost"] == Span()


def test_only_what_rules_ask_for_is_read() -> None:
    rules = [{"when": {"all_of": [{"field": "tenure", "above": 3}, {"label": "leave"}]}}]
    policy = Policy.model_validate({"rules": rules})
    assert asked([a_project(), replace_policy(policy)]) == {"tenure"}


def replace_policy(policy: Policy) -> Project:
    return a_project().model_copy(update={"policy": policy})
