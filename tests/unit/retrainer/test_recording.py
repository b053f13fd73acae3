"""What comes in is recorded once, in order, before it is learned."""

from collections.abc import Sequence

import pytest

from services.retrainer.domain.ledger import Entry, Kind
from shared.errors import DeadLetter, IdConflict, Malformed, UnknownLabel, UnknownProject
from shared.events import CloudEvent
from tests.builders import a_prediction_event, a_project
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import a_correction


def entries(bench: Bench) -> Sequence[Entry]:
    with bench.store.read() as transaction:
        return transaction.ledger.after("churn", 0, 100)


def kinds(verdicts: Sequence[DeadLetter | None]) -> list[type]:
    return [type(verdict) for verdict in verdicts]


def test_corrections_are_recorded_in_order_behind_their_project(bench: Bench) -> None:
    bench.configure(a_project())

    verdicts = bench.record([a_correction(2), a_correction(1)])

    assert verdicts == [None, None]
    assert [entry.kind for entry in entries(bench)] == [
        Kind.PROJECT,
        Kind.CORRECTION,
        Kind.CORRECTION,
    ]
    assert [entry.sequence for entry in entries(bench)] == [1, 2, 1]
    assert bench.bell.rung == 2


def test_a_duplicate_is_accepted_and_changes_nothing(bench: Bench) -> None:
    bench.configure(a_project())
    bench.record([a_correction(1)])

    # when it comes again, alone and twice in one batch
    verdicts = bench.record([a_correction(1), a_correction(2), a_correction(2)])

    assert verdicts == [None, None, None]
    assert [entry.sequence for entry in entries(bench)] == [1, 1, 2]


def test_the_same_id_with_another_content_is_a_conflict(bench: Bench) -> None:
    bench.configure(a_project())
    bench.record([a_correction(1, tenure=3)])

    verdicts = bench.record([a_correction(1, tenure=4)])

    assert kinds(verdicts) == [IdConflict]
    assert len(entries(bench)) == 2


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (a_correction(project="nobody"), UnknownProject),
        (a_correction(label="perhaps"), UnknownLabel),
        (a_prediction_event(), Malformed),
        (a_correction(correction_id="nul\0"), Malformed),
        (a_correction(correction_id=""), Malformed),
        (a_correction(correction_id="x" * 601), Malformed),
        (a_correction(2**63), Malformed),
    ],
    ids=["project", "label", "type", "nul", "no id", "long id", "large sequence"],
)
def test_what_cannot_be_learned_is_refused_alone(
    bench: Bench, event: CloudEvent, error: type[DeadLetter]
) -> None:
    bench.configure(a_project())

    verdicts = bench.record([event, a_correction(7)])

    assert kinds(verdicts) == [error, type(None)]
    assert len(entries(bench)) == 2


def test_only_newer_project_files_are_recorded(bench: Bench) -> None:
    # given two files, announced again from the beginning by a restart
    more = a_project(labels=["stay", "leave", "unsure"])
    for _ in range(2):
        bench.configure(a_project(), version=1)
        bench.configure(more, version=2)

    assert [entry.sequence for entry in entries(bench)] == [1, 2]
    # then the newer is in force
    assert bench.record([a_correction(label="unsure")]) == [None]


def test_a_file_under_another_name_is_ignored(bench: Bench) -> None:
    from_elsewhere = a_project("contracts").model_copy(update={"name": "other"})

    bench.configure(from_elsewhere)

    with bench.store.read() as transaction:
        assert transaction.ledger.projects() == ["other"]
