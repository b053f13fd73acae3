"""Stories of lanes that open by evidence, and shut without."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pytest

from services.review.domain.certificate.evidence import Label
from services.review.domain.certificate.lanes import terms_of
from services.review.domain.ledger import Kind, NewEntry
from services.review.use_cases.models import RecordModels
from shared.events import EventType
from shared.project import Order, Policy
from tests.builders import a_prediction, a_step
from tests.unit.review.voting_desk import OPS, Desk

POLICY = Policy(error_rate=0.1, window=1000, certify_by=("region",))
STAY = "label=stay&region="


def a_desk(policy: Policy = POLICY) -> Desk:
    return Desk(policy=policy)


def route(desk: Desk, numbers: Iterable[int], version: int = 1) -> Counter[str]:
    """Sure events come in; how many went which way."""
    names = [f"e{number}" for number in numbers]
    desk.route([a_prediction(name, leave=0.02, version=version) for name in names])
    rows = [e for _, e in desk.store.kept.ledger.rows if e.kind is Kind.ROUTED]
    return Counter(e.detail for e in rows if e.subject in set(names))


def settle(desk: Desk, numbers: Iterable[int], label: str = "stay", verdict: str = "x") -> None:
    """People's answers, as the ledger has them."""
    entries = [
        NewEntry(
            project="churn",
            kind=Kind.CORRECTED,
            subject=f"e{number}",
            revision=1,
            detail=f"unproven.{verdict}",
            body=json.dumps({"label": label}),
            at=desk.clock.now(),
        )
        for number in numbers
    ]
    with desk.store.write() as transaction:
        transaction.ledger.append(entries)
    desk.clock.pass_seconds(2)


def test_a_lane_opens_once_labels_show_how_good_it_is() -> None:
    desk = a_desk()
    assert set(route(desk, range(150))) == {"unproven"}
    settle(desk, range(150))
    routed = route(desk, range(150, 350))
    block = desk.store.kept.blocks.newest("churn")[STAY]
    assert routed["confident"] > 20
    assert routed["audit"] == block.pending == block.terms.credits + 1
    assert list(desk.store.kept.blocks.newest("churn")) == [STAY]


def test_a_lane_stays_shut_while_labels_show_that_it_is_too_bad() -> None:
    desk = a_desk()
    route(desk, range(150))
    settle(desk, range(100))
    settle(desk, range(100, 150), "leave")
    assert set(route(desk, range(150, 200))) == {"unproven"}


def test_a_model_of_somebody_else_is_judged_by_its_own_labels() -> None:
    desk = a_desk()
    route(desk, range(150))
    settle(desk, range(150))
    foreign = a_prediction("f", leave=0.02)
    foreign.data.model.name = "ours"
    desk.route([foreign])
    (routed,) = [e for _, e in desk.store.kept.ledger.rows if e.subject == "f"]
    assert routed.detail == "unproven"


def test_labels_of_before_there_was_a_model_show_nothing() -> None:
    desk = a_desk()
    route(desk, range(150), version=0)
    settle(desk, range(150))
    assert set(route(desk, range(150, 200))) == {"unproven"}


def test_thresholds_of_a_candidate_are_ready_when_what_is_learned_goes_on_in_it() -> None:
    desk = a_desk()
    route(desk, range(150))
    settle(desk, range(100))
    settle(desk, range(100, 150), "leave")
    assert set(route(desk, range(150, 160))) == {"unproven"}

    # given a candidate that would have known all of these
    record = RecordModels(desk.store)
    shadow = shadow_on(desk, 150)
    record([a_step(EventType.MODEL_CANDIDATE, 2, challenger="boosted", shadow=shadow)])
    desk.clock.pass_seconds(2)
    assert set(route(desk, range(160, 170))) == {"unproven"}

    record([a_step(EventType.MODEL_PROMOTED, 3, parent=2)])
    desk.clock.pass_seconds(2)

    assert "confident" in route(desk, range(170, 300))
    assert list(desk.store.kept.blocks.newest("churn")[STAY].versions) == [1]


def shadow_on(desk: Desk, answers: int) -> list[dict[str, object]]:
    """What a version says that would have known the last answers."""
    return [
        {
            "sequence": entry.sequence,
            "label": json.loads(entry.body)["label"],
            "score": 1 - 0.98,
            "wrong": False,
        }
        for entry in desk.store.kept.ledger.newest("churn", Kind.CORRECTED, answers)
    ]


def go_back(desk: Desk, learned: int, shadow: Sequence[Mapping[str, object]] = ()) -> None:
    """Somebody goes back to version 1, which was made when `learned` events were answered."""
    answers = desk.store.kept.ledger.newest("churn", Kind.CORRECTED, 1000)[::-1]
    told = {"learned_up_to": answers[learned - 1].sequence, "shadow": shadow}
    RecordModels(desk.store)([a_step(EventType.MODEL_ROLLED_BACK, 1, 2, **told)])
    desk.clock.pass_seconds(2)


def with_a_bad_version(desk: Desk) -> None:
    """Version 1 was right 150 times; version 2 is wrong on all of these, and goes on like that."""
    record = RecordModels(desk.store)
    record([a_step(EventType.MODEL_PROMOTED, 1)])
    route(desk, range(150))
    settle(desk, range(150))
    tried = [{**said, "wrong": True} for said in shadow_on(desk, 150)]
    record([a_step(EventType.MODEL_PROMOTED, 2, shadow=tried)])
    assert set(route(desk, range(150, 300), version=2)) == {"unproven"}
    settle(desk, range(150, 300, 2))
    settle(desk, range(151, 300, 2), "leave")
    assert set(route(desk, range(300, 310), version=2)) == {"unproven"}


@pytest.mark.parametrize("candidates_since", [0, 12])
def test_the_lane_of_a_version_that_somebody_goes_back_to_is_open_at_once(
    candidates_since: int,
) -> None:
    desk = a_desk()
    with_a_bad_version(desk)
    go_back(desk, learned=150, shadow=shadow_on(desk, 150))
    told = [a_step(EventType.MODEL_CANDIDATE, 3 + n, parent=1) for n in range(candidates_since)]
    RecordModels(desk.store)(told)
    assert "confident" in route(desk, range(310, 500))


def test_what_newer_versions_said_shows_nothing_of_an_older_one() -> None:
    desk = a_desk()
    with_a_bad_version(desk)
    # given that the older version was asked about the last 50 answers only
    go_back(desk, learned=150, shadow=shadow_on(desk, 50))
    route(desk, [1000])
    known = {label.event_id: label.wrong for label in evidence(desk)}
    assert known == {f"e{n}": False for n in (*range(150), *range(201, 300, 2))}


def test_a_version_that_is_bad_itself_gets_no_lane_by_going_back_to_it() -> None:
    desk = a_desk()
    with_a_bad_version(desk)
    bad = [{**said, "wrong": True} for said in shadow_on(desk, 150)]
    go_back(desk, learned=150, shadow=bad)
    assert set(route(desk, range(310, 400))) == {"unproven"}


def test_what_is_read_once_a_second_is_enough() -> None:
    desk = a_desk()
    route(desk, range(150))
    settle(desk, range(150))
    route(desk, [1000])
    reader = desk.route._thresholds._readers["churn"]
    assert reader.place == desk.store.kept.ledger.newest("churn", Kind.CORRECTED, 1)[0].sequence


def test_other_slices_are_read_anew() -> None:
    desk = a_desk()
    route(desk, range(150))
    settle(desk, range(150))
    wider = POLICY.model_copy(update={"certify_by": ()})
    with desk.store.write() as transaction:
        state = transaction.projects.get("churn")
        assert state is not None
        changed = state.configuration.model_copy(update={"policy": wider})
        transaction.projects.put(type(state)(changed, 2))
    desk.clock.pass_seconds(2)
    route(desk, range(150, 250))
    assert list(desk.store.kept.blocks.newest("churn")) == ["label=stay"]


def test_the_floor_follows_from_the_evidence_and_stays_for_the_block() -> None:
    desk = a_desk()
    route(desk, range(150))
    settle(desk, range(150))
    route(desk, range(150, 160))
    first = desk.store.kept.blocks.newest("churn")[STAY].terms.floor
    settle(desk, [150], "leave")
    route(desk, range(160, 170))
    block = desk.store.kept.blocks.newest("churn")[STAY]
    assert (block.number, block.terms.floor) == (1, first)


def test_what_an_error_costs_may_keep_a_lane_narrower_than_the_promise() -> None:
    dear = POLICY.model_copy(update={"review_cost": 0.001})
    desk = a_desk(dear)
    route(desk, range(150))
    settle(desk, range(149))
    settle(desk, [149], "leave")
    assert set(route(desk, range(150, 200))) == {"unproven"}
    cheap = desk.store.kept.projects.states["churn"].configuration.model_copy(
        update={"order": Order(error_cost={"stay": 0})}
    )
    desk.projects.apply(cheap, OPS)
    assert "confident" in route(desk, range(200, 250))


def evidence(desk: Desk) -> list[Label]:
    shelves = desk.route._thresholds._readers["churn"].book._shelves
    return [label for shelf in shelves.values() for label in shelf._labels]


def test_a_label_tests_the_version_that_had_not_learned_it() -> None:
    desk = a_desk()
    desk.route([a_prediction("e1", leave=0.45, version=1)])
    settle(desk, [1], "leave", "corrected")
    desk.route([a_prediction("e1", leave=0.98, version=2)])
    route(desk, [2], version=2)

    (label,) = evidence(desk)

    assert (label.event_id, label.wrong) == ("e1", True)
    assert label.score == pytest.approx(0.45)


def test_what_is_evidence_was_scored_before_anybody_answered() -> None:
    desk = a_desk()
    for version in (1, 2, 3):
        numbers = range(40 * version, 40 * version + 40)
        route(desk, numbers, version)
        settle(desk, numbers)
    route(desk, [1000], version=4)
    rows = [e for _, e in desk.store.kept.ledger.rows]
    routed = {e.subject: e.sequence for e in rows if e.kind is Kind.ROUTED}

    labels = evidence(desk)

    assert len(labels) == 120
    assert all(routed[label.event_id] < label.place for label in labels)


def test_joint_promises_share_their_doubt() -> None:
    alone, joint = terms_of(Policy()), terms_of(Policy(joint=5))
    assert (alone.delta, joint.delta) == (0.05, 0.01)
