"""`./run bench growth`: what a million events a second would take, from measured constants."""

import argparse
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from benchmarks.growth.constants import Constants, Range
from benchmarks.growth.measuring import measure
from benchmarks.growth.model import Assumptions, Interval, simulate

_WHOLE_FROM = 10
_RATES = (1_000, 10_000, 100_000, 1_000_000)


def main() -> None:
    """Print the constants, the assumptions, and what each rate needs."""
    parser = argparse.ArgumentParser(prog="./run bench growth", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure anew, in this run")
    parser.add_argument("--record", action="store_true", help="measure anew, and keep the figures")
    parser.add_argument("--events", type=int, default=6_000, help="events a portion")
    parser.add_argument("--seen", type=float, default=Assumptions().seen, help="share people see")
    given = parser.parse_args()
    anew = given.measure or given.record
    constants = measure(given.events) if anew else Constants.recorded()
    if given.record:
        constants.write()
    assumed = replace(Assumptions(), seen=given.seen)
    console = Console(width=120)
    console.print(_costs(constants, "measured now" if anew else f"recorded {constants.date}"))
    console.print(_needs(constants, assumed))
    console.print(f"assumed, not measured: {assumed}")


def _costs(constants: Constants, source: str) -> Table:
    table = Table(
        "an automatic event costs", "lowest", "highest", title=f"{source}: {constants.machine}"
    )
    for name, cost, unit, scale in (
        ("scorer", constants.scorer, "us CPU", 1e6),
        ("review", constants.review, "us CPU", 1e6),
        ("PostgreSQL", constants.postgresql, "us CPU", 1e6),
        ("Redis", constants.redis, "us CPU", 1e6),
        ("Redis, while it waits", constants.redis_bytes, "bytes", 1),
        ("the record", constants.record_bytes, "bytes", 1),
    ):
        table.add_row(name, *_ends(cost, unit, scale))
    return table


def _ends(cost: Range, unit: str, scale: float) -> tuple[str, str]:
    return f"{cost.low * scale:,.0f} {unit}", f"{cost.high * scale:,.0f} {unit}"


def _needs(constants: Constants, assumed: Assumptions) -> Table:
    found = {rate: simulate(rate, constants, assumed) for rate in _RATES}
    rates = [f"{rate:,} events/s" for rate in _RATES]
    table = Table("middle (nine of ten draws)", *rates, title="what it takes")
    for name in found[_RATES[0]]:
        table.add_row(name, *(_shown(found[rate][name]) for rate in _RATES))
    return table


def _shown(interval: Interval) -> str:
    return f"{_short(interval.middle)} ({_short(interval.low)}-{_short(interval.high)})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= _WHOLE_FROM else f"{value:.1f}".removesuffix(".0")


if __name__ == "__main__":
    main()
