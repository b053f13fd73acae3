"""Figures beside a peer or a limit, and whether the goal is met."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

from rich.console import Console
from rich.table import Table

_WHOLE_FROM = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        name: what was measured.
        ours: the product's figure.
        peer: the figure of the peer in the same run, or the limit.
        goal: least (or, with `at_most`, greatest) allowed ratio of ours to peer; None for none.
        at_most: whether less is better.
        unit: of `ours` and `peer`.
    """

    name: str
    ours: float
    peer: float
    goal: float | None
    unit: str
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """Ours to peer."""
        return self.ours / self.peer

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        if self.goal is None:
            return True
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal


def main(
    title: str,
    measure: Callable[[argparse.Namespace], Sequence[Figure]],
    switches: Mapping[str, str] = MappingProxyType({}),
    numbers: Mapping[str, tuple[int, str]] = MappingProxyType({}),
    events: int = 30_000,
    files: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Measure, print the table, and with --check exit with 1 if a goal is missed.

    Args:
        title: what is measured.
        measure: gives the figures.
        switches: options of this measurement, each with what it does.
        numbers: options that take a number, each with its default and what it is.
        events: how many events it takes if nothing is said.
        files: options that take a path, each with what the file is for.
    """
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--check", action="store_true", help="exit 1 if a goal is missed")
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    parser.add_argument("--events", type=int, default=events, help="events a measurement")
    for name, meaning in switches.items():
        parser.add_argument(f"--{name}", action="store_true", help=meaning)
    for name, (default, use) in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=use)
    for name, use in files.items():
        parser.add_argument(f"--{name}", type=Path, help=use)
    arguments = parser.parse_args()
    figures = measure(arguments)
    table = Table("figure", "ours", "peer or limit", "ratio", "goal", title=title)
    for figure in figures:
        sign = "≤" if figure.at_most else "≥"
        goal = "-" if figure.goal is None else f"{sign} {figure.goal:g}"
        values = (_number(figure.ours, figure.unit), _number(figure.peer, figure.unit))
        mark = "" if figure.met else " missed"
        table.add_row(figure.name, *values, f"{figure.ratio:.2f}{mark}", goal)
    Console(width=120).print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1))
    missed = sorted((f for f in figures if not f.met), key=lambda f: abs(f.ratio - (f.goal or 0)))
    if arguments.check and missed:
        sys.exit(f"missed: {'; '.join(figure.name for figure in missed)}")


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= _WHOLE_FROM else 2
    return f"{value:,.{digits}f} {unit}"
