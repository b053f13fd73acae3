"""Trying out what a project brings, before anything depends on it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from typing_extensions import override

from shared.errors import Misconfigured
from shared.events import FeatureValue
from shared.model.challengers.fitting import fit
from shared.model.challengers.task import Task
from shared.model.features import FeatureEncoder
from shared.model.voices.registry import voice_from_state
from shared.project import Expert, FieldKind, Project, Reads

_EVENTS = 256
_WORDS = ("late", "early", "broken", "fine", "paid", "lost", "red", "blue")
T = TypeVar("T")


@dataclass(frozen=True)
class Trial:
    """What a model took, on events that were made up.

    Attributes:
        fit_ms: to learn 256 events, in milliseconds.
        stored_bytes: of an artifact.
        one_ms: to answer one event.
        many_ms: to answer 256 at once.
    """

    fit_ms: float
    stored_bytes: int
    one_ms: float
    many_ms: float

    @override
    def __str__(self) -> str:
        return (
            f"{_EVENTS} events are learned in {self.fit_ms:.0f} ms and answered in "
            f"{self.many_ms:.1f} ms, one in {self.one_ms:.2f} ms; {self.stored_bytes} bytes stored"
        )


def try_out(expert: Expert, project: Project) -> Trial:
    """Fit, store, restore and ask a model.

    Raises:
        Misconfigured: it cannot be used; the message says why.
    """
    random = np.random.default_rng(0)
    rows = [_made_up(project, random) for _ in range(_EVENTS)]
    encoder = FeatureEncoder.fit(project.fields, rows, len(project.labels))
    encoded = encoder.encode(rows)
    answers = random.integers(0, min(len(project.labels), 10), _EVENTS)
    targets = np.eye(len(project.labels), dtype=np.float32)[answers]
    vectors = encoded.sparse if expert.reads is Reads.VECTORS else None
    values = encoded.values if vectors is None else None
    task = Task(expert.name, values, vectors, targets, expert)
    first = fit(task)  # which also imports the library
    state, fit_ms = _timed(lambda: fit(task))
    if first is None or state is None or first.sha256 != state.sha256:
        raise Misconfigured(
            f"experts: {expert.name}: learning the same events twice gave two models, so that "
            "versions could not be learned again from the ledger; give it a seed, or take another"
        )
    voice = voice_from_state(state)
    voice.predict_log_proba(encoded)
    _, many_ms = _timed(lambda: voice.predict_log_proba(encoded))
    one = encoder.encode([{}])
    _, one_ms = _timed(lambda: voice.predict_log_proba(one))
    return Trial(fit_ms, state.arrays["model"].nbytes, one_ms, many_ms)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    return work(), 1000 * (time.perf_counter() - begun)


def _made_up(project: Project, random: np.random.Generator) -> dict[str, FeatureValue]:
    """An event of the project; one value in ten is missing."""
    values: dict[FieldKind, Callable[[], FeatureValue]] = {
        FieldKind.NUMBER: lambda: float(random.normal()),
        FieldKind.CATEGORY: lambda: str(random.choice(_WORDS)),
        FieldKind.BOOLEAN: lambda: bool(random.integers(2)),
        FieldKind.TEXT: lambda: " ".join(random.choice(_WORDS, 6)),
    }
    return {
        name: None if random.random() < 0.1 else values[kind]()  # noqa: PLR2004
        for name, kind in project.fields.items()
    }
