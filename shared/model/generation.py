"""One encoder with everything that was learned through it."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.experts.panel import Panel
from shared.model.features import FeatureEncoder
from shared.model.memory import Memory
from shared.model.mixer.mixer import Mixer
from shared.model.probabilities import Floats, relabel
from shared.model.serving import ServingModel
from shared.model.state import ModelState
from shared.model.values import Row

REHEARSED = 32


class Generation:
    """Encoder, experts, their mixer and the examples they rehearse.

    Attributes:
        encoder: replaced when fields change; the weights keep their meaning.
        mixer: whom to trust.
    """

    def __init__(self, encoder: FeatureEncoder, panel: Panel, mixer: Mixer, memory: Memory) -> None:
        self.encoder = encoder
        self.mixer = mixer
        self._panel = panel
        self._memory = memory

    @classmethod
    def start(cls, encoder: FeatureEncoder, labels: int, mixer: Mixer | None = None) -> Self:
        """A generation that has learned nothing yet, but whom to trust if there is a `mixer`."""
        panel = Panel.start(encoder.width, labels, text=encoder.reads_text)
        if mixer is None or mixer.voices != panel.speakers:
            mixer = Mixer.start(panel.speakers, labels)
        return cls(encoder, panel, mixer, Memory(encoder.width, labels))

    def predict_proba(self, rows: Sequence[Row]) -> Floats:
        """Probabilities, shape (rows, labels)."""
        said = self._panel.predict_log_proba(self.encoder.encode(rows))
        return self.mixer.weights.mix(said)

    def learn(self, row: Row, target: NDArray[np.float32]) -> Floats:
        """Learn one example and rehearse some old ones.

        Returns:
            The probabilities given beforehand, shape (labels,).
        """
        encoded = self.encoder.encode([row])
        said = self._panel.predict_log_proba(encoded)
        probabilities = self.mixer.learn(said[0], target.astype(np.float64))
        self._panel.learn(encoded, target[None])
        self._memory.remember(encoded.sparse, target)
        self._panel.rehearse(*self._memory.sample(REHEARSED))
        return probabilities

    def repeat(self, row: Row, target: NDArray[np.float32]) -> None:
        """Learn an example that was judged before: the mixer has heard of it already."""
        encoded = self.encoder.encode([row])
        self._panel.learn(encoded, target[None])
        self._memory.remember(encoded.sparse, target)
        self._panel.rehearse(*self._memory.sample(REHEARSED))

    def serving(self, labels: Sequence[str]) -> ServingModel:
        """A snapshot that later learning does not touch."""
        return ServingModel(tuple(labels), self.encoder, self._panel.voices(), self.mixer.weights)

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels: for each new one its old position, or None."""
        self._panel.relabel(sources)
        self._memory.relabel(relabel(self._memory.targets, sources))
        self.mixer.relabel(sources)

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState.compose(
            {},
            encoder=self.encoder.state(),
            panel=self._panel.state(),
            mixer=self.mixer.state(),
            memory=self._memory.state(),
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The generation that `state` was taken of."""
        return cls(
            FeatureEncoder.from_state(state.part("encoder")),
            Panel.from_state(state.part("panel")),
            Mixer.from_state(state.part("mixer")),
            Memory.from_state(state.part("memory")),
        )
