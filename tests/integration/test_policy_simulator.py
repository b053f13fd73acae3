"""What is foreseen of another policy, beside what then really happens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.review.domain.figures import Span
from services.review.domain.simulation.forecast import Forecast, reproduced
from services.review.domain.simulation.past import Said
from services.review.errors import Busy, Invalid, NotFound
from services.review.use_cases.pasts import ReadPast
from services.review.use_cases.simulating import SimulatePolicy, Wish
from shared.project import Deadline, Policy, Project
from tests.databases import ReviewDatabases
from tests.policy_stage import Stage, happened

WIDE = Policy(error_rate=0.1, window=400)
NARROW = Policy(error_rate=0.05, window=400)
SEED = 1
EVENTS = 640

Staged = Callable[..., Stage]


@pytest.fixture
def staged(review_databases: ReviewDatabases, tmp_path: Path) -> Staged:
    """Stages, each with a database of its own."""

    def stage(seed: int, policy: Policy) -> Stage:
        directory = tmp_path / f"{seed}-{policy.error_rate}"
        directory.mkdir()
        deadline = Deadline(seconds=300, urgent_seconds=60)
        database = review_databases.on_sqlite(directory)
        return Stage(database, seed, reviewers=5, policy=policy, deadline=deadline)

    return stage


def foreseen(stage: Stage, policy: Policy, reviewers: int | None = None, runs: int = 8) -> Forecast:
    other = stage.project.model_copy(update={"policy": policy})
    return simulator(stage)("churn", Wish(other, 20_000, None, reviewers, runs))


def _holds(span: Span, seen: float) -> bool:
    assert span.low is not None
    assert span.high is not None
    return span.low <= seen <= span.high


def simulator(stage: Stage) -> SimulatePolicy:
    return SimulatePolicy(stage.store, lambda: None)


def test_what_was_in_force_is_reproduced_event_by_event(staged: Staged) -> None:
    stage = staged(7, WIDE)
    stage.play(400)
    stage.apply(stage.project.model_copy(update={"policy": NARROW}))
    stage.play(160)
    stage.apply(stage.project.model_copy(update={"policy": WIDE}))
    stage.play(60)
    stage.go_back(120)
    stage.play(180)
    stretch = ReadPast(stage.store, stage.project, stage.project)(5000, None)
    assert stretch is not None
    assert stage.seen.automatic > 50
    assert reproduced(stretch) == len(stretch.events) == 800

    for past in stretch.events[::3]:
        past.said = [Said(s.place, s.at, "stay") for s in past.said]
    assert reproduced(stretch) < 780


def test_the_same_policy_is_foreseen_to_come_to_what_it_came_to(staged: Staged) -> None:
    stage = staged(8, WIDE)
    stage.play(EVENTS)
    forecast = foreseen(stage, WIDE)
    assert forecast.same == forecast.events == EVENTS
    for figure in forecast.figures:
        assert figure.now == figure.other
    told = {figure.name: figure for figure in forecast.figures}
    for name in ("automatic", "reviews_a_day", "checks_a_day", "wait_median", "missed"):
        figure = told[name]
        assert figure.recorded == pytest.approx(happened(stage.seen)[name], rel=0.05)
        assert figure.now.low is not None
        assert figure.now.high is not None
        assert figure.now.low <= figure.recorded <= figure.now.high  # type: ignore[operator]


def test_what_really_happens_under_another_policy_lies_where_it_was_foreseen(
    staged: Staged,
) -> None:
    """The next stream is another one of the same kind; `./run bench simulator` plays twenty."""
    stage = staged(SEED, WIDE)
    stage.play(EVENTS)
    told = {figure.name: figure for figure in foreseen(stage, NARROW).figures}
    automatic = told["automatic"]
    assert automatic.other.value < automatic.now.value  # type: ignore[operator]

    then = happened(staged(100 + SEED, NARROW).play(EVENTS))
    outside = {name for name, seen in then.items() if not _holds(told[name].other, seen)}
    assert not outside


def test_where_nobody_answers_there_is_no_support(staged: Staged) -> None:
    stage = staged(9, Policy(error_rate=1, audit_probability=0.001, confirm_wrong=False))
    stage.play(400)
    forecast = foreseen(stage, Policy(error_rate=1, audit_probability=0.5), runs=2)
    assert not forecast.support[0].is_enough
    assert forecast.support[0].high > 0.3
    assert any(doubt.startswith("No support") for doubt in forecast.doubts)


def test_more_people_make_waits_shorter(staged: Staged) -> None:
    stage = staged(10, NARROW)
    stage.play(400)
    few, many = (foreseen(stage, NARROW, people, runs=2) for people in (3, 20))
    waits = [
        next(figure.now.value for figure in forecast.figures if figure.name == "wait_median")
        for forecast in (few, many)
    ]
    assert waits[0] > 3 * waits[1]  # type: ignore[operator]


def test_what_cannot_be_simulated_is_refused_with_the_cure(staged: Staged) -> None:
    stage = staged(11, WIDE)
    simulate = simulator(stage)

    def ask(project: str, **changes: object) -> Forecast:
        file: Project = stage.project.model_copy(update=changes)
        return simulate(project, Wish(file, 100, None, None, 2))

    with pytest.raises(Invalid, match="the address for 'other'"):
        ask("other")
    with pytest.raises(NotFound):
        ask("other", name="other")
    with pytest.raises(Invalid, match="give a window"):
        ask("churn", policy=Policy(window=5))
    with pytest.raises(Invalid, match="no event of 'churn'"):
        ask("churn")
    stage.play(100)
    ask("churn")
    simulate._turn.acquire()
    with pytest.raises(Busy, match="ask again"):
        ask("churn")
