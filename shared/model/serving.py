"""What the scorer serves: an immutable model, in batches."""

from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.evidence import Explainer
from shared.model.features import FeatureEncoder
from shared.model.mixer.mixer import Weights
from shared.model.novelty import names_of, novelty, strangeness
from shared.model.probabilities import Floats, abreast
from shared.model.state import ModelState
from shared.model.values import Row
from shared.model.voices.constant import ConstantVoice
from shared.model.voices.linear import LinearVoice
from shared.model.voices.registry import voice_from_state
from shared.model.voices.voice import Voice
from shared.wire import Evidence

KIND = "serving"
FLOOR = 1e-4
"""Share of the uniform distribution in every answer: nothing is held for impossible."""


class ServingModel:
    """Turns rows into probabilities; safe to share among threads.

    Attributes:
        labels: the order of the columns of `predict_proba`.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        encoder: FeatureEncoder,
        voices: Sequence[Voice],
        weights: Weights,
        standing: Sequence[Voice] = (),
        usual: Floats | None = None,
    ) -> None:
        """Take a mixture.

        Args:
            labels: at least two.
            encoder: encodes the rows for the voices.
            voices: at least one.
            weights: how far to trust each speaker of them, in their order.
            standing: voices after these that many versions have alike.
            usual: up to here the parts of a row may be strange and are still usual; None: nobody
                can tell what is novel.

        Raises:
            ValueError: the parts do not fit one another.
        """
        self.labels = labels
        self._encoder = encoder
        self._changing = _joined(voices)
        self._standing = list(standing)
        self._voices = [*self._changing, *self._standing]
        self._weights = weights
        self._usual = usual
        self._seen = _seen(self._changing, encoder.width)
        _check(labels, encoder, self._voices, weights)
        _check_usual(usual, encoder)

    def predict_proba(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Probabilities, shape (rows, labels): finite, positive, rows sum to one.

        A row's probabilities do not depend on the other rows, not even in the last bit.
        """
        return self._answer(self._encoder.encode(rows))

    def judge(
        self, rows: Sequence[Row]
    ) -> tuple[NDArray[np.float64], list[list[Evidence]], NDArray[np.float64] | None]:
        """The same probabilities, what carried the likeliest label, and how novel each row is.

        Novelty has the shape (rows,) and is 0 to 1; None: an older version does not tell it.
        """
        encoded = self._encoder.encode(rows)
        probabilities = self._answer(encoded)
        reasons = self._explainer.explain(encoded, probabilities.argmax(axis=1))
        if self._usual is None:
            return probabilities, reasons, None
        strange = strangeness(self._encoder, encoded, self._seen)
        return probabilities, reasons, novelty(strange, self._usual)

    def _answer(self, encoded: Encoded) -> NDArray[np.float64]:
        return floored(self._weights.mix(spoken(self._voices, encoded)))

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(len(self.labels), self._encoder, self._voices, self._weights)

    def state(self) -> ModelState:
        """For `from_state`, and for `artifact.publish`."""
        counts = {"voices": len(self._changing), "standing": len(self._standing)}
        standing = _named("standing", self._standing)
        small = {name: part for name, part in standing.items() if _is_small(part)}
        known = {} if self._usual is None else {"usual": ModelState({}, {"parts": self._usual})}
        state = ModelState.compose(
            {"kind": KIND, "labels": list(self.labels), **counts},
            encoder=self._encoder.state(),
            mixer=self._weights.state(),
            **_named("voice", self._changing),
            **small,
            **known,
        )
        return state.sharing(**{name: standing[name] for name in standing if name not in small})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The model that `state` was taken of.

        Raises:
            ValueError, KeyError, TypeError: it is not the state of a serving model.
        """
        if state.document["kind"] != KIND:
            raise ValueError(f"a state of kind {state.document['kind']!r} cannot serve")
        return cls(
            tuple(state.document["labels"]),
            FeatureEncoder.from_state(state.part("encoder")),
            _parts(state, "voice", int(state.document["voices"])),
            Weights.from_state(state.part("mixer")),
            _parts(state, "standing", int(state.document["standing"])),
            _usual(state) if "usual" in state.document else None,
        )


def spoken(voices: Sequence[Voice], encoded: Encoded) -> Floats:
    """What all speakers say, shape (rows, speakers, labels)."""
    return abreast([voice.predict_log_proba(encoded) for voice in voices])


def floored(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep every probability away from zero."""
    raised: NDArray[np.float64] = probabilities * (1 - FLOOR) + FLOOR / probabilities.shape[-1]
    return raised


def _named(kind: str, voices: Sequence[Voice]) -> dict[str, ModelState]:
    return {f"{kind}{i}": voice.state() for i, voice in enumerate(voices)}


def _is_small(part: ModelState) -> bool:
    """Whether a part is not worth a file of its own."""
    return bool(part.document["kind"] == ConstantVoice.KIND)


def _parts(state: ModelState, kind: str, count: int) -> list[Voice]:
    return [voice_from_state(state.part(f"{kind}{i}")) for i in range(count)]


def _usual(state: ModelState) -> Floats:
    return state.part("usual").arrays["parts"].astype(np.float64, casting="safe")


def _seen(voices: Sequence[Voice], width: int) -> NDArray[np.bool_]:
    """Which columns occurred in what was learned: those that linear voices know."""
    seen = np.zeros(width, np.bool_)
    for voice in voices:
        if isinstance(voice, LinearVoice):
            seen[voice.columns] = True
    return seen


def _joined(voices: Sequence[Voice]) -> list[Voice]:
    """The same voices, linear neighbours that know the same columns answered at once."""
    groups: list[list[Voice]] = []
    for voice in voices:
        if groups and _goes_with(groups[-1][-1], voice):
            groups[-1].append(voice)
        else:
            groups.append([voice])
    return [voice for group in groups for voice in _together(group)]


def _goes_with(last: Voice, voice: Voice) -> bool:
    return (
        isinstance(last, LinearVoice)
        and isinstance(voice, LinearVoice)
        and last.apart == voice.apart
        and (last.columns is voice.columns or np.array_equal(last.columns, voice.columns))
    )


def _together(group: Sequence[Voice]) -> Sequence[Voice]:
    linear = [voice for voice in group if isinstance(voice, LinearVoice)]
    return [LinearVoice.join(linear)] if len(linear) > 1 else group


def _check_usual(usual: Floats | None, encoder: FeatureEncoder) -> None:
    parts = len(names_of(encoder))
    if usual is not None and usual.shape != (parts,):
        raise ValueError(f"{len(usual)} parts of rows that have {parts}")


def _check(
    labels: tuple[str, ...], encoder: FeatureEncoder, voices: Sequence[Voice], weights: Weights
) -> None:
    if len(labels) < 2 or len(set(labels)) != len(labels):  # noqa: PLR2004
        raise ValueError("a model needs at least two labels that differ")
    if len(weights.biases) != len(labels):
        raise ValueError(f"a mixer of {len(weights.biases)} labels for {len(labels)}")
    said = spoken(voices, encoder.encode([{}]))
    if said.shape != (1, len(weights.scales), len(labels)):
        raise ValueError(f"voices of shape {said.shape} for {len(labels)} labels")
