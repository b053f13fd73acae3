"""Test, then train, in micro-batches; and the whole system, in which people see a part only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.learner.contestants import Contestant
from benchmarks.learner.data import Example
from shared.project import Project

BATCH = 16
SEEN = 0.2
"""Share of events that people see."""
AUDITED = 0.05
"""Share of these that are drawn at random."""
_FIRST = 48
_WINDOW = 500


@dataclass(frozen=True)
class Scores:
    """How somebody did on a stream.

    Attributes:
        accuracy: share of right answers.
        log_loss: in nats.
        macro_f1: mean over the labels that occur.
    """

    accuracy: float
    log_loss: float
    macro_f1: float


def run(contestant: Contestant, examples: Sequence[Example], project: Project) -> Scores:
    """Every answer is given before it is known; everything is learned."""
    answers = _answers(examples, project)
    rows = [row for row, _ in examples]
    given = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        given.append(contestant.predict(batch))
        contestant.learn(batch, answers[start : start + BATCH])
    probabilities = np.concatenate(given)
    chosen = probabilities.argmax(axis=1)
    losses = -np.log(probabilities[np.arange(len(rows)), answers])
    return Scores(float((chosen == answers).mean()), float(losses.mean()), _f1(chosen, answers))


def run_whole(
    contestant: Contestant, examples: Sequence[Example], project: Project, *, by_margin: bool
) -> float:
    """Share of events that were decided wrongly without a person.

    People see the first events, then a fifth of all: those of least margin (or random ones), and
    a few audits. Only what they saw is learned.
    """
    answers, draw = _answers(examples, project), np.random.default_rng(0)
    rows = [row for row, _ in examples]
    margins: list[float] = []
    wrong = seen = 0
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        truth = answers[start : start + BATCH]
        probabilities = contestant.predict(batch)
        highest = np.sort(probabilities, axis=1)
        margin = highest[:, -1] - highest[:, -2]
        if start < _FIRST:
            shown = np.ones(len(batch), np.bool_)
        elif not by_margin:
            shown = draw.random(len(batch)) < SEEN
        else:
            shown = _shown(margin, margins, SEEN * start - seen, draw)
        margins += margin.tolist()
        seen += int(shown.sum())
        wrong += int(((probabilities.argmax(axis=1) != truth) & ~shown).sum())
        if shown.any():
            places = np.flatnonzero(shown)
            contestant.learn([batch[i] for i in places], truth[places])
    return wrong / len(rows)


def _shown(
    margin: NDArray[np.float64], margins: list[float], owed: float, draw: np.random.Generator
) -> NDArray[np.bool_]:
    """Which of a batch people see: the torn ones, more while fewer were seen than may be."""
    share = SEEN * (1 - AUDITED) * (1 + np.clip(owed / 100, -0.5, 0.5))
    bar = np.quantile(margins[-_WINDOW:], share)
    audited = draw.random(len(margin)) < SEEN * AUDITED
    shown: NDArray[np.bool_] = (margin <= bar) | audited
    return shown


def _answers(examples: Sequence[Example], project: Project) -> NDArray[np.int64]:
    place = {label: i for i, label in enumerate(project.labels)}
    return np.array([place[label] for _, label in examples], np.int64)


def _f1(chosen: NDArray[np.int64], answers: NDArray[np.int64]) -> float:
    found = []
    for label in np.unique(answers):
        hits = int(((chosen == label) & (answers == label)).sum())
        found.append(2 * hits / (int((chosen == label).sum()) + int((answers == label).sum())))
    return float(np.mean(found))
