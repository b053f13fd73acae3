"""The mixer listens to who was right, and says how sure one may be."""

import numpy as np
import pytest

from shared.model.mixer.mixer import Mixer
from shared.model.mixer.share import FixedShare
from shared.model.probabilities import Floats, softmax

LABELS = 3


def opinions(truth: int, draw: np.random.Generator) -> Floats:
    """A voice that is mostly right, one that guesses, and a bold one that is often wrong."""
    told = np.zeros((3, LABELS))
    told[0, truth if draw.random() < 0.9 else draw.integers(LABELS)] = 2.5
    told[1, draw.integers(LABELS)] = 2.5
    told[2, truth if draw.random() < 0.5 else draw.integers(LABELS)] = 6.0
    return np.log(softmax(told))


def one_hot(truth: int) -> Floats:
    target = np.zeros(LABELS)
    target[truth] = 1
    return target


def run(mixer: Mixer, count: int, seed: int) -> list[float]:
    """Log-losses of the answers given beforehand."""
    draw, losses = np.random.default_rng(seed), []
    for _ in range(count):
        truth = int(draw.integers(LABELS))
        answer = mixer.learn(opinions(truth, draw), one_hot(truth))
        losses.append(-float(np.log(answer[truth])))
    return losses


def test_what_each_voice_lost_is_known_of_the_newest_examples() -> None:
    mixer = Mixer.start(3, LABELS)
    run(mixer, 300, seed=1)
    lost = mixer.losses(200)
    right, guesses, _ = lost.mean(axis=0)
    assert lost.shape == (200, 3)
    assert right < 0.6 < guesses


def test_the_mixture_becomes_better_than_the_best_voice() -> None:
    mixer = Mixer.start(3, LABELS)
    losses = run(mixer, 1_500, seed=0)
    draw, best = np.random.default_rng(0), []
    for _ in range(1_500):
        truth = int(draw.integers(LABELS))
        best.append(-float(opinions(truth, draw)[0, truth]))
    assert np.mean(losses[500:]) < np.mean(best[500:])


def test_a_bold_voice_that_is_often_wrong_is_tamed() -> None:
    mixer = Mixer.start(3, LABELS)
    run(mixer, 600, seed=1)
    scales = mixer.weights.scales
    assert scales[2] < 0.7 < scales[0]


def test_trust_moves_within_a_hundred_examples() -> None:
    # given two voices, of which the second becomes the one that knows
    mixer, draw = Mixer.start(2, LABELS), np.random.default_rng(2)
    for step in range(1_100):
        truth, other = (int(number) for number in draw.integers(LABELS, size=2))
        told = np.zeros((2, LABELS))
        told[int(step >= 1_000), truth] = told[int(step < 1_000), other] = 3.0
        answer = mixer.learn(np.log(softmax(told)), one_hot(truth))
        if step == 999:
            assert answer[truth] > 0.8
    truth = 1
    told = np.array([[3.0, 0, 0], [0, 3.0, 0]])
    assert mixer.weights.mix(np.log(softmax(told))[None])[0].argmax() == truth


@pytest.mark.parametrize("hostile", [-1e9, -800.0])
def test_impossible_certainty_breaks_nothing(hostile: float) -> None:
    mixer = Mixer.start(2, LABELS)
    logs = np.array([[hostile, 0.0, hostile], [np.log(1 / 3)] * 3])
    for _ in range(200):
        answer = mixer.learn(logs, one_hot(0))
        assert np.isfinite(answer).all()
        assert answer.sum() == pytest.approx(1)
    assert mixer.weights.mix(logs[None])[0, 0] > 0.3


def test_an_interrupted_mixer_goes_on_to_the_bit() -> None:
    whole, first = Mixer.start(3, LABELS), Mixer.start(3, LABELS)
    run(whole, 150, seed=3)
    run(first, 150, seed=3)
    again = Mixer.from_state(first.state())
    assert run(whole, 100, seed=4) == run(again, 100, seed=4)
    assert whole.state().sha256 == again.state().sha256


def test_labels_come_and_go() -> None:
    mixer = Mixer.start(3, LABELS)
    run(mixer, 100, seed=5)
    mixer.relabel([2, None, 0])
    run(mixer, 100, seed=6)
    assert np.isfinite(mixer.state().part("pool").arrays["weights"]).all()


def test_where_the_best_stays_the_same_less_trust_is_shared() -> None:
    # given two members, one right nine times in ten, and who it is changes or does not
    def share_after(turns_every: int) -> FixedShare:
        share, draw = FixedShare(2), np.random.default_rng(4)
        for step in range(3_000):
            knows = step // turns_every % 2
            truth = int(draw.integers(LABELS))
            told = np.full((2, LABELS), 0.05)
            told[knows, truth if draw.random() < 0.9 else (truth + 1) % LABELS] = 0.9
            told[1 - knows, int(draw.integers(LABELS))] = 0.9
            share.learn(told, one_hot(truth))
        return share

    steady, turning = share_after(turns_every=3_000), share_after(turns_every=60)
    assert steady.credits.argmax() == 0
    assert turning.credits.argmax() == 1
    assert steady.weights.sum() == pytest.approx(1)
    assert steady.weights[0] > turning.weights.max()


def test_whom_to_trust_is_not_forgotten_while_nobody_has_anything_to_say() -> None:
    mixer = Mixer.start(3, LABELS)
    run(mixer, 1_500, seed=7)
    before = mixer.weights.pool
    for truth in range(1_500):
        mixer.learn(np.full((3, LABELS), -np.log(LABELS)), one_hot(truth % LABELS))
    after = mixer.weights.pool
    assert after[0] - after[1] > 0.8 * (before[0] - before[1]) > 0.2
