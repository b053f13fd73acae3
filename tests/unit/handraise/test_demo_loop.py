from collections.abc import Sequence
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisGone

from handraise.client import Deciders, Report
from handraise.demo.check import judge
from handraise.demo.data import Example
from handraise.demo.feeder import Feeder
from handraise.demo.figures import Figures, median_served
from handraise.demo.observer import Tally
from shared.events import CloudEvent, DecidedBy, ScoringRequested
from tests.unit.handraise.events import a_correction, a_decision, a_version

METRICS = """
# TYPE handraise_correction_to_served_seconds histogram
handraise_correction_to_served_seconds_bucket{le="0.1",project="p"} 1
handraise_correction_to_served_seconds_bucket{le="0.2",project="p"} 3
handraise_correction_to_served_seconds_bucket{le="+Inf",project="p"} 4
handraise_correction_to_served_seconds_bucket{le="0.1",project="other"} 9
handraise_correction_to_served_seconds_bucket{le="+Inf",project="other"} 9
"""


class Outbox:
    """Stands in for Redis: keeps what was sent, or is away."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.away = False

    def send(self, events: Sequence[ScoringRequested]) -> None:
        if self.away:
            raise RedisGone
        self.sent += [event.event_id for event in events]


def tally(**truth: str) -> Tally:
    return Tally(truth)


def a_feeder(
    outbox: Outbox, seen: Tally, memory: Path, *, window: int = 3, count: int = 10
) -> Feeder:
    examples = [Example(ScoringRequested(event_id=f"e{n}", features={}), "a") for n in range(count)]
    return Feeder(examples, outbox, seen, window=window, rate=0, memory=memory)


def test_automatic_decisions_are_held_against_the_truth() -> None:
    seen = tally(e1="a", e2="b", e3="b")

    seen.take(a_decision("e1", "a"))
    seen.take(a_decision("e2", "a"))
    seen.take(a_decision("e3", "a", by=DecidedBy.REVIEWERS, version=0))

    assert (seen.automatic, seen.wrong, seen.served) == (2, 1, {1})


def test_a_redelivered_decision_counts_once_and_a_contradiction_shows() -> None:
    seen = tally(e1="a")
    seen.take(a_decision("e1"))

    seen.take(a_decision("e1"))
    assert (seen.automatic, seen.redelivered, seen.contradicted) == (1, 1, 0)

    seen.take(a_decision("e1", "b"))
    assert (seen.automatic, seen.redelivered, seen.contradicted) == (1, 1, 1)


def test_an_amendment_is_no_second_decision() -> None:
    seen = tally(e1="a")
    seen.take(a_decision("e1"))

    seen.take(a_decision("e1", revision=2))

    assert (seen.automatic, seen.amended, seen.contradicted) == (1, 1, 0)


def test_decisions_on_events_of_others_do_not_count() -> None:
    seen = tally(e1="a")

    seen.take(a_decision("somebody-else"))

    assert not seen.decided


def test_a_version_takes_the_corrections_that_it_has_learned_off_the_list() -> None:
    seen = tally()
    for sequence in (3, 5, 9):
        seen.take(a_correction(f"e{sequence}", sequence))

    seen.take(a_version(1, learned_up_to=5))

    assert (seen.unlearned, seen.version) == ({9}, 1)


def test_the_window_bounds_what_is_on_its_way(tmp_path: Path) -> None:
    outbox, seen = Outbox(), tally(**{f"e{n}": "a" for n in range(10)})
    feeder = a_feeder(outbox, seen, tmp_path / "demo.json")

    feeder.step()
    feeder.step()
    assert outbox.sent == ["e0", "e1", "e2"]

    seen.take(a_decision("e0"))
    feeder.step()
    assert outbox.sent == ["e0", "e1", "e2", "e3"]


def test_corrections_that_wait_to_be_learned_fill_the_window_too(tmp_path: Path) -> None:
    outbox, seen = Outbox(), tally()
    seen.take(a_correction("x", 1))
    seen.take(a_correction("y", 2))

    a_feeder(outbox, seen, tmp_path / "demo.json").step()

    assert outbox.sent == ["e0"]


def test_a_demo_goes_on_where_it_was(tmp_path: Path) -> None:
    first, second = Outbox(), Outbox()
    a_feeder(first, tally(), tmp_path / "demo.json", window=4).step()

    seen = tally(**{f"e{n}": "a" for n in range(10)})
    for n in range(4):
        seen.take(a_decision(f"e{n}"))
    a_feeder(second, seen, tmp_path / "demo.json", window=2).step()

    assert second.sent == ["e4", "e5"]


def test_what_could_not_be_sent_is_sent_later(tmp_path: Path) -> None:
    outbox = Outbox()
    feeder = a_feeder(outbox, tally(), tmp_path / "demo.json")
    outbox.away = True
    feeder.step()
    outbox.away = False

    feeder.step()

    assert outbox.sent == ["e0", "e1", "e2"]


def test_the_median_is_read_out_of_the_right_histogram() -> None:
    assert median_served(METRICS, "p") == pytest.approx(0.15)
    assert median_served(METRICS, "nobody") is None


def a_report(*, auto: int, human: int) -> Report:
    return Report(
        project="p",
        events=auto + human,
        auto=auto,
        waiting=0,
        leased=0,
        decisions=Deciders(model=auto, reviewers=human),
        corrections=human,
    )


def a_closed_loop() -> Tally:
    seen = tally(e1="a", e2="a")
    seen.take(a_decision("e1", by=DecidedBy.REVIEWERS))
    seen.take(a_correction("e1", 1))
    seen.take(a_decision("e2"))
    return seen


def test_a_closed_loop_is_recognised() -> None:
    verdicts = judge(a_closed_loop(), a_report(auto=1, human=1), events=2, median=0.1)

    assert all(verdict.holds for verdict in verdicts)
    assert "2 events in, 2 final decisions out, each exactly once" in verdicts[0].statement
    assert "1 corrections = 1 settled human answers" in verdicts[1].statement


def test_a_redelivery_keeps_the_loop_closed_and_is_told() -> None:
    seen = a_closed_loop()
    seen.take(a_decision("e2"))

    verdicts = judge(seen, a_report(auto=1, human=1), events=2, median=0.1)

    assert all(verdict.holds for verdict in verdicts)
    assert "1 delivered again under the same id" in verdicts[0].statement


@pytest.mark.parametrize(
    ("fault", "broken"),
    [(a_decision("e2", "b"), 0), (a_correction("e2", 2), 1)],
    ids=["contradicted", "too many corrections"],
)
def test_what_happened_too_often_is_found(fault: CloudEvent, broken: int) -> None:
    seen = a_closed_loop()
    seen.take(fault)

    verdicts = judge(seen, a_report(auto=1, human=1), events=2, median=0.1)

    assert [verdict.holds for verdict in verdicts].index(False) == broken


def test_what_is_missing_is_found() -> None:
    open_loop = judge(a_closed_loop(), a_report(auto=1, human=1), events=3, median=None)

    assert [verdict.holds for verdict in open_loop] == [False, True, True, True, False]


def test_many_events_need_many_versions() -> None:
    verdicts = judge(a_closed_loop(), a_report(auto=1, human=1), events=1000, median=0.1)

    assert not verdicts[2].holds


def test_figures_say_the_same_in_a_line_and_in_a_table() -> None:
    figures = Figures.of(a_closed_loop(), sent=2, total=9, median=0.05)

    assert "events sent 2 of 9" in figures.line()
    assert "after about 50 ms" in figures.line()
    assert figures.table("t").row_count == len(figures.rows())
