"""Planted reviewers through the rules of voting and quality: `./run bench reviewers`.

Accuracies .95, .8, .6 and one who clicks at random; 5 labels. Everybody begins unknown, with 12
gold items; after those 10 % are gold. Each seed is one simulated queue. Figures are means over the
seeds, in thousandths. An item that goes to a lead counts with its likeliest label. `--product`
plays the same through the product instead (`planted.py`), so many times as `--queues` says.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import eq
from statistics import fmean

from benchmarks import planted
from benchmarks.table import Figure, main
from services.review.domain.voting import VerdictKind
from tests.dawid_skene import Vote, fit
from tests.planted import Outcome, Plan, fixed_votes, majority, simulate

_SEEDS = range(40)
"""Priors, weights and the bar of agreement were chosen on seeds from 1,000."""

_SOON = 300
_PLAN = Plan(answers=1_000)
_FORESEEN = replace(_PLAN, accuracies=_PLAN.accuracies[:3])
_UNPAUSED = replace(_PLAN, bar=0.0, answers=_SOON)
_GOOD = range(3)
_CLICKER = 3
_WITHIN = 0.05


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures of the reviewers."""
    if arguments.product:
        return planted.measure(arguments.queues)
    outcomes = [simulate(seed, _PLAN) for seed in _SEEDS]
    unpaused = [simulate(seed, _UNPAUSED) for seed in _SEEDS]
    return [
        *_estimates(outcomes, _GOOD),
        *_estimates(unpaused, [_CLICKER]),
        *_pauses(outcomes),
        *_decisions(outcomes),
        *_answers(outcomes),
        *_calibration(outcomes),
    ]


def _estimates(outcomes: Sequence[Outcome], reviewers: Sequence[int]) -> Iterator[Figure]:
    for reviewer in reviewers:
        truly = _PLAN.accuracies[reviewer]
        noted = [o.estimates[reviewer] for o in outcomes if reviewer in o.estimates]
        errors = [abs(estimate.mean - truly) for estimate, _ in noted]
        limits = [abs(share - truly) for _, share in noted]
        name = f"accuracy {truly} after 300 answers"
        yield Figure(
            f"{name}: mean error / limit", *_thousandths(fmean(errors), _WITHIN), 1, "‰", True
        )
        shares = [fmean(error <= _WITHIN for error in kind) for kind in (errors, limits)]
        yield Figure(
            f"{name}: seeds within .05 / all truths told", *_thousandths(*shares), None, "‰"
        )


def _pauses(outcomes: Sequence[Outcome]) -> Iterator[Figure]:
    soon = fmean(outcome.paused.get(_CLICKER, _PLAN.answers) <= _SOON for outcome in outcomes)
    last = max(outcome.paused.get(_CLICKER, _PLAN.answers) for outcome in outcomes)
    falsely = fmean(reviewer in outcome.paused for outcome in outcomes for reviewer in _GOOD)
    yield Figure("clicker paused within 300 / seeds", *_thousandths(soon, 1), 1, "‰")
    yield Figure("clicker paused, the latest / limit", last, _SOON, 1, "answers", True)
    yield Figure("others paused in 1,000 / limit", *_thousandths(falsely, 0.01), 1, "‰", True)


def _decisions(outcomes: Sequence[Outcome]) -> Iterator[Figure]:
    offline = fmean(_offline(outcome) for outcome in outcomes)
    ours = fmean(outcome.right() for outcome in outcomes)
    voted, modelled = _fixed(outcomes, _PLAN)
    best, _ = _fixed(outcomes, _FORESEEN)
    yield Figure(
        "right / Dawid-Skene offline, same votes", *_thousandths(ours, offline), 0.995, "‰"
    )
    yield Figure("right / three votes, majority", *_thousandths(ours, voted), 1, "‰")
    yield Figure("right / three votes, Dawid-Skene", *_thousandths(ours, modelled), 1, "‰")
    yield Figure("right / three votes, majority, no clicker", *_thousandths(ours, best), None, "‰")


def _answers(outcomes: Sequence[Outcome]) -> Iterator[Figure]:
    for late, when in ((False, "up to 300 answers each"), (True, "after them")):
        right = fmean(outcome.right(late) for outcome in outcomes)
        used = fmean(s.votes for o in outcomes for s in o.settled if s.late == late)
        yield Figure(f"right, {when}", *_thousandths(right, 1), None, "‰")
        yield _used(f"answers an item, {when}", used)
    settled = [s for outcome in outcomes for s in outcome.settled]
    used = fmean(s.votes for s in settled)
    gold = sum(len(outcome.known) for outcome in outcomes) / len(settled)
    led = fmean(s.kind is VerdictKind.DISAGREED for s in settled)
    yield _used("answers an item, all", used)
    yield _used("answers an item, all, gold counted", used + gold)
    yield Figure("items to a lead", *_thousandths(led, 1), None, "‰")


def _calibration(outcomes: Sequence[Outcome]) -> Iterator[Figure]:
    """How often labels are right that were given with such a probability."""
    given = [(s.sure, s.label == o.truths[s.item]) for o in outcomes for s in o.settled]
    for low, high in ((0.78, 0.9), (0.9, 0.97), (0.97, 1.0)):
        told = [(sure, is_right) for sure, is_right in given if low <= sure < high]
        said, right = (fmean(values) for values in zip(*told, strict=True))
        name = f"right / said, of {len(told):,} labels said with {low} to {high}"
        yield Figure(name, *_thousandths(right, said), None, "‰")


def _used(name: str, answers: float) -> Figure:
    return Figure(name, *_thousandths(answers, 3), 0.6, "‰", True)


def _offline(outcome: Outcome) -> float:
    """The share that batch Dawid-Skene gets right, of the items that votes settled."""
    truth = _fitted(outcome.votes, len(outcome.truths), outcome.known)
    return fmean(truth[s.item] == outcome.truths[s.item] for s in outcome.settled)


def _fixed(outcomes: Sequence[Outcome], plan: Plan) -> tuple[float, float]:
    """The shares right with three votes on as many items: by majority, by batch Dawid-Skene."""
    rights = []
    for seed, outcome in zip(_SEEDS, outcomes, strict=True):
        items = len(outcome.settled)
        votes, truths = fixed_votes(seed, plan, items)
        ways = majority(votes, items), _fitted(votes, items, {})
        rights.append([fmean(map(eq, way, truths)) for way in ways])
    by_majority, by_model = map(fmean, zip(*rights, strict=True))
    return by_majority, by_model


def _fitted(votes: Sequence[Vote], items: int, known: dict[int, int]) -> list[int]:
    shape = (items, len(_PLAN.accuracies), _PLAN.labels)
    labels: list[int] = fit(votes, shape, known).truth.argmax(1).tolist()
    return labels


def _thousandths(ours: float, peer: float) -> tuple[float, float]:
    return 1_000 * ours, 1_000 * peer


if __name__ == "__main__":
    main(
        "reviewers",
        measure,
        {"product": "through use cases and a SQLite file, on fewer seeds"},
        {"queues": (6, "how many seeds of --product; each takes some 20 s")},
    )
