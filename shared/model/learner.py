"""Learns one correction at a time; its state is a function of what it was given, in order."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.errors import Malformed, UnknownLabel
from shared.events import FeatureValue
from shared.model.bounds import BOUNDS, Bounds
from shared.model.challengers.fitting import Refit
from shared.model.challengers.task import Task
from shared.model.features import FeatureEncoder
from shared.model.generation import Generation
from shared.model.probabilities import Floats, relabel
from shared.model.serving import ServingModel, floored
from shared.model.state import ModelState
from shared.model.values import Row, remembered
from shared.project import Expert, FieldKind, Project

KIND = "learner"
REFITS = (32, 128, 512)
"""The encoder is fitted after so many examples; raw rows are kept until the last."""


@dataclass(frozen=True)
class Scored:
    """How an example was judged before it was learned.

    Attributes:
        probabilities: by label; uniform while there is no model.
        log_loss: cross-entropy against the label probabilities, in nats.
        correct: whether the likeliest label was right.
    """

    probabilities: Mapping[str, float]
    log_loss: float
    correct: bool


class Learner:
    """Learns from corrections and gives snapshots to serve.

    The first model exists after 32 examples. After 128 and 512 the encoder is fitted anew and
    everything is learned again, because all rows are still remembered. When a project's fields
    change later than that, the old encoder stays in force (new fields ignored, vanished ones
    missing) until 32 further examples, and again 128 and 512, have shown the new fields; what was
    learned is kept. Changed labels take effect at once.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        fields: Mapping[str, FieldKind],
        experts: tuple[Expert, ...],
        bounds: Bounds,
    ) -> None:
        """Make an empty learner; `start` and `restore` are the ways in."""
        self.labels = labels
        self.count = 0
        self._bounds = bounds
        self._position = 0
        self._since = 0
        self._fields = dict(fields)
        self._experts = experts
        self._raw: list[dict[str, FeatureValue]] | None = []
        self._raw_targets: NDArray[np.float32] = np.zeros((REFITS[-1], len(labels)), np.float32)
        self._raw_positions: list[int] = []
        self._generation: Generation | None = None

    @classmethod
    def start(cls, project: Project, bounds: Bounds = BOUNDS) -> Self:
        """A learner that has seen nothing."""
        return cls(project.labels, project.fields, project.experts, bounds)

    def learn(
        self,
        features: Row,
        label_probabilities: Mapping[str, float],
        position: int | None = None,
    ) -> Scored:
        """Judge one example with what is known so far, then learn it.

        Args:
            features: the event's features; unknown fields are ignored.
            label_probabilities: what people settled on; labels left out have probability 0.
            position: where in the ledger it stands, after all before; unsaid, they are counted.

        Raises:
            UnknownLabel: a label that the project does not have.
            Malformed: probabilities that are negative, not finite, or all zero.
        """
        target = self._target(label_probabilities)
        self._position = self._position + 1 if position is None else position
        if self._generation is None:
            probabilities = np.full(len(self.labels), 1 / len(self.labels))
        else:
            probabilities = floored(self._generation.learn(features, target, self._position))
        self.count += 1
        self._remember(features, target)
        return Scored(
            dict(zip(self.labels, probabilities.tolist(), strict=True)),
            float(-(target * np.log(probabilities)).sum()),
            int(probabilities.argmax()) == int(target.argmax()),
        )

    def predict_proba(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """What a snapshot taken now would answer, shape (rows, labels); uniform without a model."""
        if self._generation is None:
            return np.full((len(rows), len(self.labels)), 1 / len(self.labels))
        return floored(self._generation.predict_proba(rows))

    def reconfigure(self, project: Project) -> None:
        """Go on under a changed project.

        Labels are matched by name: a new one starts from nothing, a removed one is forgotten.
        """
        before = (self.labels, self._fields, self._experts)
        if (project.labels, project.fields, project.experts) != before:
            self._since = self._position + 1
        if project.labels != self.labels:
            known = {label: i for i, label in enumerate(self.labels)}
            sources = [known.get(label) for label in project.labels]
            self._raw_targets = relabel(self._raw_targets, sources)
            if self._generation is not None:
                self._generation.relabel(sources)
            self.labels = project.labels
        if project.fields != self._fields:
            self._fields = dict(project.fields)
            if self._raw is None:
                self._raw, self._raw_positions = [], []
        if project.experts != self._experts:
            self._experts = project.experts
            if self._generation is not None:
                self._generation.bring(project.experts)

    def due(self, besides: Sequence[str] = ()) -> Refit | None:
        """A challenger that should be fitted to what was learned, `besides` those at work."""
        if self._generation is None or self._position < self._since:
            return None
        return self._generation.due(besides, self._position)

    def accepts(self, refit: Refit) -> bool:
        """Whether a fit may still enter: nothing has changed, and what it was made of is kept."""
        generation = self._generation
        return generation is not None and refit.upto >= self._since and generation.reaches(refit)

    def task(self, refit: Refit) -> Task:
        """What a fit that is accepted is made of."""
        if self._generation is None:
            raise ValueError("there is nothing to fit to yet")
        return self._generation.task(refit)

    def install(self, refit: Refit, state: ModelState | None) -> None:
        """Let a fit enter; the state is that of `fit(task(refit))`."""
        if self._generation is not None:
            self._generation.install(refit, state)

    def trust(self) -> Mapping[str, float]:
        """How much of the answer each voice makes up; they sum to one. Empty before a model."""
        return self._generation.trust() if self._generation else {}

    def losses(self, count: int) -> Mapping[str, Floats]:
        """Each voice's log-losses on the newest examples, in nats, before it learned them."""
        return self._generation.losses(count) if self._generation else {}

    def serving(self, trying: tuple[str, ModelState | None] | None = None) -> ServingModel | None:
        """A snapshot that later learning does not touch; None before 32 examples.

        Args:
            trying: a challenger with a fit that is heard in the snapshot only.
        """
        return self._generation.serving(self.labels, trying) if self._generation else None

    def state(self) -> ModelState:
        """A snapshot for `restore`; holds remembered examples, so it is not for publication."""
        document = {
            "kind": KIND,
            "labels": list(self.labels),
            "fields": {name: kind.value for name, kind in self._fields.items()},
            "experts": [expert.model_dump(mode="json") for expert in self._experts],
            "count": self.count,
            "position": self._position,
            "since": self._since,
            "raw_positions": list(self._raw_positions),
            "raw": None if self._raw is None else list(self._raw),
        }
        targets = self._raw_targets[: len(self._raw or ())].copy()
        raw = ModelState({}, {"targets": targets})
        if self._generation is None:
            return ModelState.compose(document, raw_targets=raw)
        return ModelState.compose(document, raw_targets=raw, generation=self._generation.state())

    @classmethod
    def restore(cls, project: Project, state: ModelState, bounds: Bounds = BOUNDS) -> Self:
        """Go on from `state`, under the project as it is now.

        Raises:
            ValueError: the state is not a learner's.
        """
        document = state.document
        if document["kind"] != KIND:
            raise ValueError(f"a state of kind {document['kind']!r} cannot be learned from")
        fields = {name: FieldKind(kind) for name, kind in document["fields"].items()}
        experts = tuple(Expert.model_validate(said) for said in document.get("experts", ()))
        learner = cls(tuple(document["labels"]), fields, experts, bounds)
        learner.count = document["count"]
        learner._position, learner._since = document["position"], document["since"]
        learner._raw_positions = list(document["raw_positions"])
        learner._raw = None if document["raw"] is None else list(document["raw"])
        targets = state.part("raw_targets").arrays["targets"]
        learner._raw_targets[: len(targets)] = targets
        if "generation" in document:
            learner._generation = Generation.from_state(state.part("generation"), bounds)
        learner.reconfigure(project)
        return learner

    def _target(self, label_probabilities: Mapping[str, float]) -> NDArray[np.float32]:
        unknown = label_probabilities.keys() - set(self.labels)
        if unknown:
            raise UnknownLabel(f"the project has no label {min(unknown)!r}")
        masses = [float(label_probabilities.get(label, 0)) for label in self.labels]
        total = sum(masses)
        if not (math.isfinite(total) and total > 0 and min(masses) >= 0):
            raise Malformed("label probabilities must be finite, not negative, and not all zero")
        return (np.array(masses) / total).astype(np.float32)

    def _remember(self, features: Row, target: NDArray[np.float32]) -> None:
        if self._raw is None:
            return
        self._raw_targets[len(self._raw)] = target
        self._raw.append(remembered(features, self._fields))
        self._raw_positions.append(self._position)
        if len(self._raw) in REFITS:
            self._refit(self._raw)
            self._since = self._position
        if len(self._raw) == REFITS[-1]:
            self._raw, self._raw_positions = None, []

    def _refit(self, rows: list[dict[str, FeatureValue]]) -> None:
        labels, previous = len(self.labels), self._generation
        if previous is not None and len(rows) != self.count:
            previous.refit(FeatureEncoder.fit(self._fields, rows, labels, previous.encoder))
            return
        encoder = FeatureEncoder.fit(self._fields, rows, labels)
        current = Generation.start(encoder, labels, self._bounds, self._experts, previous)
        self._generation = current
        judged = previous is not None and current.mixer is previous.mixer
        targets, positions = self._raw_targets[: len(rows)], self._raw_positions
        if judged:
            current.repeat(rows, targets, positions)
            return
        for row, target, position in zip(rows, targets, positions, strict=True):
            current.learn(row, target, position)
