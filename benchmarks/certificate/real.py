"""Real events, with the product's own learner in the loop: it learns from what people see."""

import csv
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

import numpy as np

from benchmarks.certificate import certified
from benchmarks.certificate.learners import Events
from benchmarks.certificate.outcome import Promise
from benchmarks.certificate.policies import Product
from benchmarks.certificate.rows import PEERS, PRODUCT, Play, summary, uncertified
from benchmarks.certificate.streams import HELD_OUT, Flags, Floats, Stream
from handraise.demo.data import DEMOS
from shared.events import FeatureValue
from shared.model.learner import Learner
from shared.project import FieldKind, Project

STREAMS = Path(".venv/scikit-multiflow-0.3.0.tar.gz")
"""The source archive (BSD-3) that holds the weather; left out where it is not at hand."""

_WEATHER = "scikit-multiflow-0.3.0/src/skmultiflow/data/datasets/weather.csv"
_LONGEST = 8_000

Example = tuple[dict[str, FeatureValue], str]


@dataclass(frozen=True)
class Source:
    """Where events come from, and what is promised of them."""

    name: str
    promise: Promise
    demo: str | None


SOURCES = {
    source.name: source
    for source in (
        Source("churn", Promise(0.1, 2_000), "churn"),
        Source("weather", Promise(0.1, 2_000), None),
        Source("bird strikes", Promise(0.05, 4_000), "maintenance"),
        Source("clauses", Promise(0.1, 2_000), "contracts"),
    )
}


def tasks(seeds: int) -> list[tuple[str, str, int]]:
    """What is played: the weather comes in one order only."""
    return [
        (source.name, method, seed)
        for source in SOURCES.values()
        if source.demo or STREAMS.exists()
        for method in (PRODUCT, *PEERS)
        for seed in range(seeds if source.demo else 1)
    ]


def begin(source: Source, seed: int) -> tuple[Stream, "Loop"]:
    """A source in one order, with its learner."""
    project, examples = _weather() if source.demo is None else _demo(source.demo)
    chance = np.random.default_rng([seed, 11])
    places = chance.permutation(len(examples)) if source.demo else np.arange(len(examples))
    ordered = [examples[place] for place in places[:_LONGEST]]
    return _stream(len(ordered), chance), Loop(project, ordered)


def play(task: tuple[str, str, int]) -> Play:
    """One source in one order by one method."""
    name, method, seed = task
    source = SOURCES[name]
    stream, learner = begin(source, seed)
    if method == PRODUCT:
        outcome = certified.play(stream, learner, Product(source.promise), source.promise)
    else:
        outcome = uncertified(method, stream, learner, source.promise)
    return summary(task, outcome, source.promise)


class Loop:
    """The product's learner on a list of examples.

    Attributes:
        wrong: of each event, whether the answer was wrong when it came.
        losses: the log-loss of each, in nats, since there was a model.
        learned: how many labels were learned.
    """

    def __init__(self, project: Project, examples: Sequence[Example]) -> None:
        self._examples = examples
        self._learner = Learner.start(project)
        self.wrong: list[bool] = []
        self.losses: list[float] = []
        self.learned = 0

    def judge(self, events: Events) -> tuple[Floats, Flags]:
        """See `learners.Learner`; while there is no model everything is uncertain."""
        chosen = (
            self._examples[events]
            if isinstance(events, slice)
            else [self._examples[event] for event in events]
        )
        model = self._learner.serving()
        if model is None:
            self.wrong += [True] * len(chosen)
            return np.ones(len(chosen)), np.ones(len(chosen), bool)
        chances = model.predict_proba([row for row, _ in chosen])
        truth = [model.labels.index(label) for _, label in chosen]
        wrong = chances.argmax(axis=1) != truth
        if isinstance(events, slice):
            self.wrong += wrong.tolist()
            self.losses += (-np.log(chances[np.arange(len(truth)), truth])).tolist()
        return 1 - chances.max(axis=1), wrong

    def learn(self, events: Sequence[int]) -> None:
        """See `learners.Learner`."""
        for event in events:
            row, label = self._examples[event]
            self._learner.learn(row, {label: 1.0})
            self.learned += 1


def _stream(events: int, chance: np.random.Generator) -> Stream:
    nothing, nobody = np.zeros((events, 0)), np.zeros(events, bool)
    draws, luck = chance.random(events), chance.random(events)
    held = chance.random(events) < HELD_OUT
    return Stream(nothing, np.zeros(events), nobody, draws, held, luck, None, events)


def _demo(name: str) -> tuple[Project, list[Example]]:
    import yaml  # noqa: PLC0415 - only the real streams need it

    demo = DEMOS[name]
    written = yaml.safe_load(demo.project_file.read_text(encoding="utf-8"))
    examples = [(dict(example.event.features), example.label) for example in demo.examples()]
    return _project(
        name, {k: FieldKind(v) for k, v in written["fields"].items()}, examples
    ), examples


def _weather() -> tuple[Project, list[Example]]:
    with tarfile.open(STREAMS) as archive:
        member = archive.extractfile(_WEATHER)
        if member is None:
            raise FileNotFoundError(_WEATHER)
        with TextIOWrapper(member) as text:
            rows = list(csv.DictReader(text))
    *fields, target = rows[0]
    examples: list[Example] = [({f: float(row[f]) for f in fields}, row[target]) for row in rows]
    return _project("weather", dict.fromkeys(fields, FieldKind.NUMBER), examples), examples


def _project(name: str, fields: dict[str, FieldKind], examples: Sequence[Example]) -> Project:
    labels = tuple(sorted({label for _, label in examples}))
    return Project(name=name, title="Which one?", labels=labels, fields=fields)
