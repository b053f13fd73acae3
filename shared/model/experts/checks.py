"""What every expert must pass, as plain functions that raise AssertionError.

An expert is anything with the methods of `Expert`; each check is given a way to start one of
three labels for encoded rows of a width, and a way to make one of a state.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shared.model.checks import ODD_ROWS, PROJECT, examples
from shared.model.encoded import Encoded
from shared.model.experts.expert import Expert, Targets
from shared.model.features import FeatureEncoder
from shared.model.probabilities import Floats
from shared.model.state import ModelState

LABELS = len(PROJECT.labels)
EXACT = 1e-9
CLOSE = 1e-4
SAME = 0.99
_ENCODER = FeatureEncoder.fit(PROJECT.fields, [row for row, _ in examples(100)], LABELS)


@dataclass(frozen=True)
class Maker:
    """How experts of a kind come to be.

    Attributes:
        start: one that has learned nothing, for encoded rows of a width.
        restore: one from a state.
    """

    start: Callable[[int], Expert]
    restore: Callable[[ModelState], Expert]


def check_answers(maker: Maker) -> None:
    """Probabilities, before and after learning, for every row; none depends on its batch."""
    for count in (0, 60):
        expert = _taught(maker, count)
        voice = expert.voice(_columns(count))
        rows = [*ODD_ROWS, *(row for row, _ in examples(20, seed=1))]
        said = expert.predict_log_proba(_ENCODER.encode(rows))
        _check_log_proba(said, (len(rows), expert.speakers, LABELS))
        served = voice.predict_log_proba(_ENCODER.encode(rows))
        _require(np.allclose(said, served, atol=CLOSE), "what is served differs")
        alone = [voice.predict_log_proba(_ENCODER.encode([row])) for row in rows]
        _require(np.array_equal(served, np.concatenate(alone)), "an answer depends on its batch")


def check_round_trip(maker: Maker) -> None:
    """An expert of a state goes on as the one that the state was taken of, to the bit."""
    one = _taught(maker, 40)
    same = maker.restore(one.state())
    _require(same.state().sha256 == one.state().sha256, "the state differs after a round trip")
    for rows, targets in _encoded(60, seed=2):
        for expert in (one, same):
            expert.learn(rows, targets)
            expert.rehearse(rows.sparse, targets)
    _require(same.state().sha256 == one.state().sha256, "a restored expert learns otherwise")


def check_snapshot(maker: Maker) -> None:
    """What is served never changes, and asking changes nothing."""
    expert = _taught(maker, 40)
    rows = _ENCODER.encode([row for row, _ in examples(20, seed=1)])
    voice, before = expert.voice(_columns(40)), expert.state().sha256
    said = voice.predict_log_proba(rows)
    expert.predict_log_proba(rows)
    _require(expert.state().sha256 == before, "predicting changed the expert")
    for more, targets in _encoded(20, seed=2):
        expert.learn(more, targets)
    _require(np.array_equal(voice.predict_log_proba(rows), said), "learning changed a snapshot")


def check_empty_targets(maker: Maker) -> None:
    """An example whose label went away teaches nothing of labels, and harms nothing."""
    expert = _taught(maker, 40)
    rows = _ENCODER.encode([examples(1, seed=3)[0][0]])
    expert.learn(rows, np.zeros((1, LABELS), np.float32))
    _check_log_proba(expert.predict_log_proba(rows), (1, expert.speakers, LABELS))


def check_relabel(maker: Maker) -> None:
    """Labels come, go and change places."""
    expert = _taught(maker, 60)
    rows = _ENCODER.encode([row for row, _ in examples(20, seed=1)])
    before = expert.predict_log_proba(rows)
    expert.relabel([1, None, 0, 2])
    after = expert.predict_log_proba(rows)
    _check_log_proba(after, (len(rows), expert.speakers, LABELS + 1))
    gaps = [said[..., a] - said[..., b] for said, a, b in ((before, 1, 0), (after, 0, 2))]
    still = float(np.ptp(gaps[0])) == 0
    alike = still or float(np.corrcoef(gaps[0].ravel(), gaps[1].ravel())[0, 1]) > SAME
    _require(alike, "what was known of labels changed with their places")
    for encoded, targets in _encoded(20, seed=2):
        expert.learn(encoded, np.hstack([targets, np.zeros((1, 1), np.float32)]))
    _check_log_proba(expert.predict_log_proba(rows), (len(rows), expert.speakers, LABELS + 1))


def _encoded(count: int, seed: int = 0) -> list[tuple[Encoded, Targets]]:
    made = []
    for row, target in examples(count, seed):
        masses = [target.get(label, 0.0) for label in PROJECT.labels]
        made.append((_ENCODER.encode([row]), np.array([masses], np.float32)))
    return made


def _taught(maker: Maker, count: int) -> Expert:
    expert = maker.start(_ENCODER.width)
    for rows, targets in _encoded(count):
        expert.learn(rows, targets)
        expert.rehearse(rows.sparse, targets)
    return expert


def _columns(count: int) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    seen = [rows.sparse.columns for rows, _ in _encoded(count)]
    return np.unique(np.concatenate([np.empty(0, np.int32), *seen]))


def _check_log_proba(said: Floats, shape: tuple[int, ...]) -> None:
    _require(said.shape == shape, f"answers of shape {said.shape}, not {shape}")
    _require(bool(np.isfinite(said).all()), "an answer is not finite")
    _require(
        float(np.abs(np.exp(said).sum(axis=2) - 1).max()) < EXACT, "probabilities do not sum to one"
    )


def _require(holds: bool, else_said: str) -> None:
    if not holds:
        raise AssertionError(else_said)
