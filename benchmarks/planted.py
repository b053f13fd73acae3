"""The planted reviewers through the product: its use cases on a SQLite file, see `reviewers.py`."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from operator import eq
from pathlib import Path
from statistics import fmean, stdev

from benchmarks.table import Figure
from tests.dawid_skene import Vote, fit
from tests.planted import Plan, fixed_votes, majority
from tests.planted_queue import ANSWERS, LABELS, PLANTED, Played, a_file, play

_WITHIN = 0.05
_GOOD = [name for name in PLANTED if name != "clicker"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One queue, as it ended.

    Attributes:
        errors: reviewer -> how far off the product's estimate is.
        clicker: after how many answers the clicker was paused.
        falsely: how many others were paused.
        right: shares of the items that votes settled: ours, Dawid-Skene offline on the same votes,
            majority and Dawid-Skene on three votes each.
        votes: an item that votes settled.
        with_gold: the same, with all answers on gold counted.
        to_leads: the share of items that went to a lead.
    """

    errors: dict[str, float]
    clicker: int
    falsely: int
    right: tuple[float, float, float, float]
    votes: float
    with_gold: float
    to_leads: float


def measure(queues: int) -> Sequence[Figure]:
    """All figures, with leads absent and with a lead who decides at once."""
    return [
        figure
        for leads, when in ((False, "leads absent"), (True, "a lead at hand"))
        for figure in _figures([_seen(seed, leads=leads) for seed in range(queues)], when)
    ]


def _give_or_take(values: Sequence[float]) -> float:
    """Half of the 95 % interval of their mean."""
    return 1.96 * stdev(values) / sqrt(len(values))


def _seen(seed: int, *, leads: bool) -> _Seen:
    with tempfile.TemporaryDirectory() as folder, a_file(Path(folder)) as store:
        played = play(store, seed, leads=leads)
        reports, items, gold = played.reports(), played.items("item"), played.items("gold")
    by_votes = [item for item in items if item.settled and item.event_id not in played.led]
    ours = fmean(item.label == played.truths[item.event_id] for item in by_votes)
    names = [item.event_id for item in by_votes]
    answered_gold = sum(event in {g.event_id for g in gold} for event, _, _ in played.said)
    votes = fmean(item.votes for item in by_votes)
    undecided = sum(item.queue != "churn" for item in items)
    return _Seen(
        {name: abs(reports[name].accuracy.mean - PLANTED[name]) for name in _GOOD},
        played.paused.get("clicker", ANSWERS + 1),
        len(played.paused.keys() - {"clicker"}),
        (ours, _offline(played, names), *_fixed(seed, len(by_votes))),
        votes,
        votes + answered_gold / len(by_votes),
        undecided / (len(by_votes) + undecided),
    )


def _offline(played: Played, settled: Sequence[str]) -> float:
    """The share that batch Dawid-Skene gets right with the same answers, gold among them."""
    number = {event: place for place, event in enumerate(played.truths)}
    who = {name: place for place, name in enumerate(PLANTED)}
    votes = [Vote(number[event], who[name], int(said)) for event, name, said in played.said]
    known = {number[e]: int(label) for e, label in played.truths.items() if e.startswith("gold")}
    truth = fit(votes, (len(number), len(who), len(LABELS)), known).truth.argmax(1)
    return fmean(str(truth[number[event]]) == played.truths[event] for event in settled)


def _fixed(seed: int, items: int) -> tuple[float, float]:
    """The shares right with three votes on as many items: by majority, by batch Dawid-Skene."""
    votes, truths = fixed_votes(seed, Plan(), items)
    fitted = fit(votes, (items, len(PLANTED), len(LABELS)), {}).truth.argmax(1).tolist()
    by_majority, by_model = (fmean(map(eq, w, truths)) for w in (majority(votes, items), fitted))
    return by_majority, by_model


def _figures(seen: Sequence[_Seen], when: str) -> Iterator[Figure]:
    for name in _GOOD:
        errors = [1_000 * each.errors[name] for each in seen]
        what = f"accuracy {PLANTED[name]}, mean error (± {_give_or_take(errors):.0f}), {when}"
        yield Figure(what, fmean(errors), 1_000 * _WITHIN, 1, "‰", at_most=True)
    last = max(each.clicker for each in seen)
    yield Figure(f"clicker paused, the latest / limit, {when}", last, ANSWERS, 1, "answers", True)
    falsely = sum(each.falsely for each in seen)
    yield Figure(f"others paused / reviewers, {when}", falsely, 3 * len(seen), 0, "", True)
    yield from _rights(seen, when)
    used, counted = [each.votes for each in seen], fmean(each.with_gold for each in seen)
    what = f"answers an item (± {_give_or_take(used):.2f}) / three, {when}"
    yield Figure(what, fmean(used), 3, 0.6, "", at_most=True)
    yield Figure(f"answers an item, gold counted / three, {when}", counted, 3, None, "")
    to_leads = fmean(each.to_leads for each in seen)
    yield Figure(f"items to a lead, {when}", 1_000 * to_leads, 1_000, None, "‰")


def _rights(seen: Sequence[_Seen], when: str) -> Iterator[Figure]:
    """Ours beside each other way; the interval is that of the difference, queue by queue."""
    others = (
        ("Dawid-Skene offline, same votes", 0.995),
        ("three votes, majority", 1.0),
        ("three votes, Dawid-Skene", 1.0),
    )
    ours = fmean(each.right[0] for each in seen)
    for number, (name, goal) in enumerate(others, 1):
        more = [1_000 * (each.right[0] - each.right[number]) for each in seen]
        what = f"right (± {_give_or_take(more):.0f}) / {name}, {when}"
        peer = fmean(each.right[number] for each in seen)
        yield Figure(what, 1_000 * ours, 1_000 * peer, goal, "‰")
