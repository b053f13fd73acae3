"""A challenger's fit is tried beside the version in force, and heard when it is not worse."""

from collections.abc import Sequence
from datetime import timedelta

from services.retrainer.domain.ledger import Kind
from services.retrainer.use_cases.publishing import YOUNG
from shared.events import EventType
from tests.builders import a_project
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_decisions import a_decision, corrections, steps
from tests.fakes.retrainer_learners import FakeLearners


def refits(bench: Bench) -> list[str]:
    with bench.store.read() as transaction:
        found = transaction.ledger.after("churn", 0, 10_000)
    return [entry.identity for entry in found if entry.kind is Kind.REFIT]


def grown(bench: Bench, learners: FakeLearners, slices: Sequence[str] = ()) -> None:
    """A model that people rely upon, and a challenger's fit that is due."""
    bench.fits = True
    bench.start()
    bench.configure(a_project(slices=slices))
    bench.teach(corrections(1, YOUNG), at_once=128)
    learners.due_at = 0
    bench.work()
    bench.work()


def test_a_young_model_hears_fits_at_once(bench: Bench, learners: FakeLearners) -> None:
    bench.fits = True
    bench.start()
    bench.configure(a_project())
    learners.due_at = 0
    bench.teach(corrections(1, 30), at_once=10)
    assert len(learners.heard) == 1
    assert {kind for _, kind in steps(bench)} == {"promoted"}


def test_a_fit_is_tried_beside_the_version_in_force(bench: Bench, learners: FakeLearners) -> None:
    grown(bench, learners)
    candidate, kind = steps(bench)[-1]
    assert kind == "candidate"
    assert learners.heard == []

    # what is learned meanwhile serves at once
    bench.teach(corrections(YOUNG + 1, 20))
    assert steps(bench)[-1] == (candidate + 1, "promoted")

    # and when the fit is proven not to be worse, it is heard
    bench.teach(corrections(YOUNG + 21, 180), at_once=45)
    bench.work()

    assert learners.heard == ["boosted/513"]
    newest = bench.publisher.versions()[-1]
    assert newest.parent == candidate
    assert newest.reason.endswith(f"took over candidate {candidate}")
    told = bench.publisher.versions(EventType.MODEL_CANDIDATE)[-1]
    assert told.comparison[0].verdict == "not_worse"
    assert told.reason.startswith("not worse on ")
    assert [said.sequence for said in told.shadow] == [*range(YOUNG + 1, YOUNG + 201)]
    assert {(said.label, said.score, said.wrong) for said in told.shadow} == {("stay", 0.0, True)}
    assert bench.value("handraise_candidates_waiting") == 0


def test_a_trial_is_looked_at_now_and_then(bench: Bench, learners: FakeLearners) -> None:
    grown(bench, learners)
    bench.start(trials=timedelta(seconds=0.5))
    bench.teach(corrections(YOUNG + 1, 30))

    # within half a second nothing of these is compared
    bench.teach(corrections(YOUNG + 31, 170), at_once=85)
    assert bench.publisher.versions(EventType.MODEL_CANDIDATE)[-1].comparison == []
    assert learners.heard == []

    # and afterwards all of it is
    for _ in range(3):
        bench.clock.pass_seconds(0.5)
        bench.work()
    assert learners.heard == ["boosted/513"]


def test_declared_slices_are_judged_by_themselves(bench: Bench, learners: FakeLearners) -> None:
    grown(bench, learners, slices=["contract"])
    bench.teach(corrections(YOUNG + 1, 60))
    told = bench.publisher.versions(EventType.MODEL_CANDIDATE)[-1]
    assert [part.group for part in told.comparison] == ["all answers", "contract=monthly"]


def test_a_worse_fit_is_held_back_until_a_person_wants_it(
    bench: Bench, learners: FakeLearners
) -> None:
    learners.opinion = {"leave": 0.9, "stay": 0.1}
    learners.bad = {"leave": 0.2, "stay": 0.8}
    grown(bench, learners)
    (candidate, _) = steps(bench)[-1]
    bench.teach(corrections(YOUNG + 1, 100), at_once=50)

    assert learners.heard == []
    bench.work()
    assert learners.passed_over == ["boosted/513"]
    assert bench.value("handraise_candidates_held_back_total") == 1
    assert bench.value("handraise_candidates_waiting") == 1
    told = bench.publisher.versions(EventType.MODEL_CANDIDATE)[-1]
    assert "worse in all answers" in told.reason

    bench.decide([a_decision(candidate, "promote")])
    bench.work()

    assert learners.heard == ["boosted/513"]
    assert bench.publisher.versions()[-1].parent == candidate


def test_a_rejected_fit_is_passed_over(bench: Bench, learners: FakeLearners) -> None:
    grown(bench, learners)
    (candidate, _) = steps(bench)[-1]
    bench.decide([a_decision(candidate, "reject")])
    bench.teach(corrections(YOUNG + 1, 250), at_once=50)
    assert learners.heard == []
    assert learners.passed_over == ["boosted/513"]
    assert refits(bench) == ["boosted/513/passed"]


def test_a_fit_that_is_approved_too_late_is_refused(bench: Bench, learners: FakeLearners) -> None:
    grown(bench, learners)
    (candidate, _) = steps(bench)[-1]
    learners.accepts = False
    bench.decide([a_decision(candidate, "promote")])
    bench.work()
    assert learners.heard == []
    (refused,) = bench.publisher.versions(EventType.MODEL_REJECTED)
    assert refused.version == candidate
    assert "too much was learned" in refused.reason


def test_a_trial_goes_on_after_a_restart(bench: Bench, learners: FakeLearners) -> None:
    grown(bench, learners)
    bench.teach(corrections(YOUNG + 1, 100), at_once=50)
    bench.start()
    for _ in range(4):
        bench.work()
    bench.teach(corrections(YOUNG + 101, 80), at_once=40)
    bench.work()
    assert refits(bench) == ["boosted/513"]


def test_without_its_artifact_a_candidate_waits_for_a_person(
    bench: Bench, learners: FakeLearners
) -> None:
    grown(bench, learners)
    (candidate, _) = steps(bench)[-1]
    learners.lost = {candidate}
    bench.start()
    bench.teach(corrections(YOUNG + 1, 200), at_once=50)
    assert learners.heard == []
    assert steps(bench)[-1][1] == "promoted"
