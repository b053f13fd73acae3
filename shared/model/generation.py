"""One encoder with everything that was learned through it."""

from collections.abc import Sequence
from itertools import islice
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.bounds import Bounds
from shared.model.challengers.challengers import Challengers
from shared.model.challengers.fitting import Refit
from shared.model.challengers.task import Task
from shared.model.encoded import Encoded
from shared.model.experts.panel import Panel
from shared.model.features import FeatureEncoder
from shared.model.history import History
from shared.model.memory import Memory
from shared.model.mixer.mixer import Mixer
from shared.model.novelty import Habits, names_of, strangeness
from shared.model.probabilities import Floats, relabel
from shared.model.serving import ServingModel
from shared.model.state import ModelState
from shared.model.values import Row
from shared.project import Expert, Reads

REHEARSED = 32


class Generation:
    """Encoder, experts, challengers, their mixer, and the examples that are kept.

    Attributes:
        encoder: replaced when fields change; the weights keep their meaning.
        mixer: whom to trust.
        challengers: those who are fitted anew.
        habits: how strange rows usually are.
    """

    def __init__(
        self,
        encoder: FeatureEncoder,
        panel: Panel,
        challengers: Challengers,
        mixer: Mixer,
        kept: tuple[Memory, History],
    ) -> None:
        self.encoder = encoder
        self.mixer = mixer
        self.challengers = challengers
        self._panel = panel
        self._memory, self._history = kept
        self.habits = Habits.start(names_of(encoder))

    @classmethod
    def start(
        cls,
        encoder: FeatureEncoder,
        labels: int,
        bounds: Bounds,
        experts: Sequence[Expert] = (),
        previous: Self | None = None,
    ) -> Self:
        """A generation that has learned nothing, but whom to trust if there was a `previous` one.

        The previous mixer and challengers go on if they have the same voices.
        """
        panel = Panel.start(encoder.width, labels, bounds.rehearsed, text=encoder.reads_text)
        challengers = Challengers.start(encoder.fields, labels, experts)
        if previous is not None and previous.challengers.is_like(challengers):
            challengers = previous.challengers
        voices = panel.speakers + len(challengers.names)
        goes_on = previous is not None and previous.mixer.voices == voices
        mixer = previous.mixer if previous is not None and goes_on else Mixer.start(voices, labels)
        memory = Memory(encoder.width, labels, bounds.rehearsed)
        history = History.start(encoder.fields, labels, bounds)
        return cls(encoder, panel, challengers, mixer, (memory, history))

    def predict_proba(self, rows: Sequence[Row]) -> Floats:
        """Probabilities, shape (rows, labels)."""
        return self.mixer.weights.mix(self._said(self.encoder.encode(rows)))

    def learn(self, row: Row, target: NDArray[np.float32], position: int) -> Floats:
        """Learn one example and rehearse some old ones.

        Returns:
            The probabilities given beforehand, shape (labels,).
        """
        encoded = self.encoder.encode([row])
        said = self._said(encoded)[0]
        probabilities = self.mixer.learn(said, target.astype(np.float64))
        self._teach(encoded, target, position)
        return probabilities

    def repeat(
        self, rows: Sequence[Row], targets: NDArray[np.float32], positions: Sequence[int]
    ) -> None:
        """Learn examples that were judged before: the mixer has heard of them already."""
        encoded = self.encoder.encode(rows).split()
        for row, target, position in zip(encoded, targets, positions, strict=True):
            self._teach(row, target, position)

    def due(self, besides: Sequence[str], upto: int) -> Refit | None:
        """The next fit to make, `besides` those that are being made."""
        return self.challengers.due(self._history.seen, besides, upto)

    def reaches(self, refit: Refit) -> bool:
        """Whether all that the fit uses is still kept."""
        if self._reads_vectors(refit.challenger) and not self._memory.reaches(refit.upto):
            return False
        return self._history.reaches(refit.upto)

    def task(self, refit: Refit) -> Task:
        """What the fit is made of."""
        expert = self.challengers.expert(refit.challenger)
        if self._reads_vectors(refit.challenger):
            sparse, targets = self._memory.until(refit.upto)
            return Task(refit.challenger, None, sparse, targets, expert)
        values, targets = self._history.until(refit.upto)
        return Task(refit.challenger, values, None, targets, expert)

    def _reads_vectors(self, challenger: str) -> bool:
        expert = self.challengers.expert(challenger)
        return challenger == "lines" or (expert is not None and expert.reads is Reads.VECTORS)

    def install(self, refit: Refit, state: ModelState | None) -> None:
        """Hear a fit from now on."""
        self.challengers.install(refit.challenger, state, self._history.counted(refit.upto))

    def bring(self, experts: Sequence[Expert]) -> None:
        """Hear other models of the project's own; whom to trust is learned anew."""
        self.challengers = self.challengers.bringing(experts)
        voices = self._panel.speakers + len(self.challengers.names)
        self.mixer = Mixer.start(voices, self.challengers.labels)

    def trust(self) -> dict[str, float]:
        """How much of the answer each expert and challenger makes up, their pool and their mean."""
        parts = [*self._panel.parts, *((name, 1) for name in self.challengers.names)]
        shares = iter(self.mixer.weights.shares.tolist())
        by_name = {name: sum(islice(shares, speakers)) for name, speakers in parts}
        pool, mean = shares
        return {**by_name, "pool": pool, "mean": mean}

    def losses(self, count: int) -> dict[str, Floats]:
        """What each expert and challenger lost on the newest examples before it learned them.

        Of one that speaks at several rates, the mean of these; shape (examples,) each.
        """
        parts = [*self._panel.parts, *((name, 1) for name in self.challengers.names)]
        ends = np.cumsum([speakers for _, speakers in parts])[:-1]
        by_part = np.split(self.mixer.losses(count), ends, axis=1)
        return {name: own.mean(axis=1) for (name, _), own in zip(parts, by_part, strict=True)}

    def serving(
        self, labels: Sequence[str], trying: tuple[str, ModelState | None] | None = None
    ) -> ServingModel:
        """A snapshot that later learning does not touch, `trying` a challenger's fit in it."""
        voices, standing = self._panel.voices(), self.challengers.trying(trying)
        weights, usual = self.mixer.weights, self.habits.usual
        return ServingModel(tuple(labels), self.encoder, voices, weights, standing, usual)

    def refit(self, encoder: FeatureEncoder) -> None:
        """Read other fields from now on; the history of the old ones is given up."""
        if encoder.fields != self.encoder.fields:
            self._history = self._history.refielded(encoder.fields)
            self.challengers.fitted.clear()
            self.habits = Habits.start(names_of(encoder))
        self.encoder = encoder

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels: for each new one its old position, or None."""
        self._panel.relabel(sources)
        self._memory.relabel(relabel(self._memory.targets, sources))
        self._history = self._history.relabel(sources)
        self.challengers.relabel(sources)
        self.mixer.relabel(sources)

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState.compose(
            {},
            encoder=self.encoder.state(),
            panel=self._panel.state(),
            challengers=self.challengers.state(),
            mixer=self.mixer.state(),
            memory=self._memory.state(),
            history=self._history.state(),
            habits=self.habits.state(),
        )

    @classmethod
    def from_state(cls, state: ModelState, bounds: Bounds) -> Self:
        """The generation that `state` was taken of."""
        generation = cls(
            FeatureEncoder.from_state(state.part("encoder")),
            Panel.from_state(state.part("panel")),
            Challengers.from_state(state.part("challengers")),
            Mixer.from_state(state.part("mixer")),
            (
                Memory.from_state(state.part("memory")),
                History.from_state(state.part("history"), bounds),
            ),
        )
        generation.habits = Habits.from_state(state.part("habits"))
        return generation

    def _said(self, encoded: Encoded) -> Floats:
        instant = self._panel.predict_log_proba(encoded)
        return np.concatenate([instant, self.challengers.predict_log_proba(encoded)], axis=1)

    def _teach(self, encoded: Encoded, target: NDArray[np.float32], position: int) -> None:
        self.habits.learn(strangeness(self.encoder, encoded, self._panel.seen)[0])
        self._panel.learn(encoded, target[None])
        self._memory.remember(encoded.sparse, target, position)
        self._history.keep(encoded.values, target, position)
        self._panel.rehearse(*self._memory.sample(REHEARSED))
