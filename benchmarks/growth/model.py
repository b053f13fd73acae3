"""How many machines a rate of events needs: constants drawn from what was measured, many times."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import quantiles

from redis.crc import key_slot

from benchmarks.growth.constants import Constants, Range

_SLOTS = 16384
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What nobody measured here, and everybody may change.

    Attributes:
        utilisation: so much of a core may be busy.
        machine: other machines are slower or faster by up to this factor.
        backlog_seconds: Redis holds so many seconds of waiting events.
        partitions: for each primary.
        seen: share of events that people see.
        answers: answers an item.
        answer_seconds: time of a person for an answer.
        shift: share of the day that a person works.
    """

    utilisation: float = 0.6
    machine: float = 1.5
    backlog_seconds: float = 60.0
    partitions: int = 4
    seen: float = 0.001
    answers: float = 1.7
    answer_seconds: float = 10.0
    shift: float = 0.25


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle, and what nine of ten draws lie between."""

    low: float
    middle: float
    high: float


def simulate(
    rate: float, constants: Constants, assumed: Assumptions, draws: int = 2000, seed: int = 1
) -> Mapping[str, Interval]:
    """What a rate (events/s) needs, part by part."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    results: dict[str, list[float]] = {}
    for _ in range(draws):
        for name, value in _once(rate, constants, assumed, chance).items():
            results.setdefault(name, []).append(value)
    return {name: _interval(values) for name, values in results.items()}


def _once(
    rate: float, constants: Constants, assumed: Assumptions, chance: random.Random
) -> dict[str, float]:
    speed = _between(Range(1 / assumed.machine, assumed.machine), chance)
    cores = {
        name: rate * _between(cost, chance) * speed / assumed.utilisation
        for name, cost in (
            ("scorer, cores", constants.scorer),
            ("review, cores", constants.review),
            ("PostgreSQL, cores", constants.postgresql),
        )
    }
    busy = rate * _between(constants.redis, chance) * speed / assumed.utilisation
    waiting = rate * assumed.backlog_seconds * _between(constants.redis_bytes, chance)
    return {
        **{name: math.ceil(value) for name, value in cores.items()},
        "Redis, primaries (a core and a replica each)": primaries(busy, assumed.partitions),
        "Redis, memory without replicas, GB": waiting / 1e9,
        "record, TB a day": rate * _DAY * _between(constants.record_bytes, chance) / 1e12,
        "people at work": rate * assumed.seen * assumed.answers * assumed.answer_seconds,
        "people employed": (
            rate * assumed.seen * assumed.answers * assumed.answer_seconds / assumed.shift
        ),
    }


def primaries(cores: float, partitions: int) -> int:
    """The least number of primaries of which even the busiest has no more than a core to do.

    Partitions are whole, and fall on slots as the CRC-16 of their tag has it: some primary has
    more of them than others.
    """
    count = max(1, math.ceil(cores))
    while cores * busiest(count, partitions * count) > 1:
        count = max(count + 1, math.ceil(count * 1.02))
    return count


@cache
def busiest(count: int, partitions: int) -> float:
    """The share of all partitions that the primary with most of them has.

    >>> busiest(1, 4)
    1.0
    """
    held = [0] * count
    for number in range(partitions):
        held[key_slot(f"{{{number}}}".encode()) * count // _SLOTS] += 1
    return max(held) / partitions


def _between(cost: Range, chance: random.Random) -> float:
    """Each factor between low and high is as likely as another."""
    return math.exp(chance.uniform(math.log(cost.low), math.log(cost.high)))


def _interval(values: list[float]) -> Interval:
    cuts = quantiles(values, n=20, method="inclusive")
    return Interval(cuts[0], cuts[9], cuts[18])
