"""`./run cluster-check`: a primary of a real cluster is killed under load; promises must hold."""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.evidence import gather
from tests.chaos.invariants import judge
from tests.faults.ground import Ground
from tests.growth.load import Load
from tests.growth.nodes import Servers, cluster, watched
from tests.growth.stage import grown
from tests.growth.throughput import Rate, scorer_rates
from tests.processes import until

_PATIENCE_SECONDS = 60.0
_SCORERS = (1, 2)


@dataclass(frozen=True)
class Outcome:
    """What a kill under load has shown.

    Attributes:
        broken: promises that did not hold, each with what breaks it.
    """

    sent: int
    acknowledged: int
    lost: int
    doubled: int
    refused: int
    repeated: int
    until_replaced: float
    silence_by_redis: float
    silence_by_http: float
    broken: list[str]

    @property
    def holds(self) -> bool:
        return not self.broken and not self.lost and not self.doubled


def kill_under_load(load: Load, there: Servers, seconds: float) -> Outcome:
    """Send and answer for some seconds, with a primary killed in the middle."""
    at = load.ground
    with load.running():
        time.sleep(seconds / 2)
        there.kill_primary()
        killed = time.monotonic()
        until(there.has_another)
        replaced = time.monotonic() - killed
        there.revive()
        after = load.count
        time.sleep(seconds / 2)
        until(lambda: load.count > after)
    _let_people_finish(at)
    return _outcome(load, replaced)


def _let_people_finish(at: Ground) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not at.is_done() and time.monotonic() < end:
        for claim in at.claim():
            at.decide(claim)
        time.sleep(0.05)


def _outcome(load: Load, replaced: float) -> Outcome:
    at = load.ground
    found = gather(at.stage)
    told = at.told
    verdicts = judge(told, found)
    documents = sum(map(len, found.decisions.values()))
    return Outcome(
        sent=len(told.sent),
        acknowledged=len(told.acknowledged),
        lost=len(told.acknowledged - found.decided.keys()),
        doubled=sum(len(labels) > 1 for labels in found.decided.values()),
        refused=load.refused,
        repeated=documents - len(found.decisions),
        until_replaced=replaced,
        silence_by_redis=load.longest_silence("redis"),
        silence_by_http=load.longest_silence("http"),
        broken=[f"{v.name}: {'; '.join(v.examples[:3])}" for v in verdicts if not v.holds]
        + [f"left to do: {at.left()}"] * (not at.is_done()),
    )


def main() -> None:
    """Exit 0 if nothing acknowledged was lost or counted twice, else 1 with what was."""
    parser = argparse.ArgumentParser(prog="./run cluster-check", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="of load around the kill")
    parser.add_argument("--rate", type=float, default=150.0, help="events a second under load")
    parser.add_argument("--events", type=int, default=30_000, help="events to measure scorers with")
    parser.add_argument("--sentinel", action="store_true", help="Sentinel in place of a cluster")
    parser.add_argument("--without-wait", action="store_true", help="trust the primary: this loses")
    given = parser.parse_args()
    rates = {} if given.sentinel or given.without_wait else scorer_rates(given.events, _SCORERS)
    with tempfile.TemporaryDirectory(prefix="handraise-growth-") as directory:
        path = Path(directory)
        with (watched if given.sentinel else cluster)(path) as there, grown(path, there) as at:
            at.stage.start_another("scorer")
            load = Load(at, given.rate, wait_replicas=int(not given.without_wait))
            outcome = kill_under_load(load, there, given.seconds)
    _show(outcome, rates, "Sentinel" if given.sentinel else "a cluster of six")
    if not outcome.holds:
        sys.exit("broken: " + "; ".join(outcome.broken))


def _show(outcome: Outcome, rates: Mapping[int, Rate], servers: str) -> None:
    table = Table("figure", "seen", title=f"a primary of {servers} killed under load")
    for name, figure in (
        ("events sent / acknowledged", f"{outcome.sent} / {outcome.acknowledged}"),
        ("acknowledged and lost", f"{outcome.lost}"),
        ("decided twice", f"{outcome.doubled}"),
        ("decisions sent again, the same", f"{outcome.repeated}"),
        ("batches that were not acknowledged and sent again", f"{outcome.refused}"),
        ("until a replica took over", f"{outcome.until_replaced:.1f} s"),
        (
            "longest between two acknowledgements, XADD and WAIT",
            f"{outcome.silence_by_redis:.1f} s",
        ),
        ("longest between two acknowledgements, HTTP", f"{outcome.silence_by_http:.1f} s"),
        *((f"{n} scorer{'s' * (n > 1)}", _told(rate)) for n, rate in rates.items()),
    ):
        table.add_row(name, figure)
    Console(width=120).print(table)


def _told(rate: Rate) -> str:
    return f"{rate.events_a_second:,.0f} events/s, {rate.cpu_microseconds:.0f} us CPU each"


if __name__ == "__main__":
    main()
