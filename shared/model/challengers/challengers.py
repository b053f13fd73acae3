"""The challengers of a project: what they were last fitted to, and what they say."""

from collections.abc import Collection, Mapping, Sequence
from typing import Self

import numpy as np

from shared.model.challengers.fitting import Refit, is_due, suitable
from shared.model.encoded import Encoded
from shared.model.probabilities import Floats
from shared.model.state import ModelState
from shared.model.voices.constant import ConstantVoice
from shared.model.voices.registry import voice_from_state
from shared.model.voices.voice import Voice
from shared.project import Expert, FieldKind


class Challengers:
    """Each has a place in the mixture from the start; before its first fit it says nothing.

    Attributes:
        names: in the order of their places, those that the project brings at the end.
        experts: what the project brings.
        fitted: how many examples there had been at each one's last fit.
    """

    def __init__(self, ours: Sequence[str], labels: int, experts: Sequence[Expert] = ()) -> None:
        self.names = (*ours, *(expert.name for expert in experts))
        self.experts = tuple(experts)
        self.fitted: dict[str, int] = {}
        self._mute = ConstantVoice(np.full((1, labels), 1 / labels))
        self._voices: dict[str, Voice] = {}

    @classmethod
    def start(
        cls, fields: Mapping[str, FieldKind], labels: int, experts: Sequence[Expert] = ()
    ) -> Self:
        """Those that suit the fields and those that are brought, none of them fitted."""
        return cls(suitable(fields), labels, experts)

    def bringing(self, experts: Sequence[Expert]) -> "Challengers":
        """Ours as they are, with others that are brought, not yet fitted."""
        ours = self._ours
        changed = Challengers(ours, self.labels, experts)
        changed.fitted = {name: count for name, count in self.fitted.items() if name in ours}
        changed._voices = {name: voice for name, voice in self._voices.items() if name in ours}
        return changed

    def expert(self, name: str) -> Expert | None:
        """What is brought under a name; None if it is one of ours."""
        return next((expert for expert in self.experts if expert.name == name), None)

    @property
    def _ours(self) -> tuple[str, ...]:
        """The names of those that the project does not bring."""
        return self.names[: len(self.names) - len(self.experts)]

    @property
    def labels(self) -> int:
        """How many labels there are."""
        return int(self._mute.probabilities.shape[1])

    def is_like(self, other: "Challengers") -> bool:
        """Whether both have the same places."""
        return (self.names, self.experts) == (other.names, other.experts)

    @property
    def voices(self) -> list[Voice]:
        """What each says, in order."""
        return [self._voices.get(name, self._mute) for name in self.names]

    def trying(self, fit: tuple[str, ModelState | None] | None) -> list[Voice]:
        """What each says, one of them as if it had been fitted so."""
        name, state = fit or ("", None)
        fitted = {name: voice_from_state(state)} if state is not None else {}
        heard = {**self._voices, **fitted}
        return [heard.get(each, self._mute) for each in self.names]

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, challengers, labels)."""
        said = [voice.predict_log_proba(rows) for voice in self.voices]
        nobody = np.empty((len(rows), 0, self.labels))
        return np.concatenate([nobody, *said], axis=1)

    def due(self, examples: int, besides: Collection[str], upto: int) -> Refit | None:
        """The next fit to make, `besides` those that are being made."""
        waiting = sorted(self.names, key=lambda name: self.fitted.get(name, 0))
        for name in waiting:
            if name not in besides and is_due(name, examples, self.fitted.get(name, 0)):
                return Refit(name, upto)
        return None

    def install(self, name: str, state: ModelState | None, examples: int) -> None:
        """Hear a new fit from now on; None is a fit that did not suit."""
        self.fitted[name] = examples
        if state is not None:
            self._voices[name] = voice_from_state(state)

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Other labels: all are to be fitted again."""
        self.fitted.clear()
        self._voices.clear()
        self._mute = ConstantVoice(np.full((1, len(sources)), 1 / len(sources)))

    def state(self) -> ModelState:
        """For `from_state`."""
        brought = [expert.model_dump(mode="json") for expert in self.experts]
        document = {"names": list(self._ours), "labels": self.labels, "fitted": dict(self.fitted)}
        return ModelState.compose(
            {**document, "experts": brought, "heard": sorted(self._voices)},
            **{name: voice.state() for name, voice in self._voices.items()},
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The challengers that `state` was taken of."""
        said = state.document
        experts = [Expert.model_validate(expert) for expert in said.get("experts", ())]
        challengers = cls(said["names"], said["labels"], experts)
        challengers.fitted = dict(said["fitted"])
        for name in said["heard"]:
            challengers._voices[name] = voice_from_state(state.part(name))
        return challengers
