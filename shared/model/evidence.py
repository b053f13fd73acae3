"""What carried an answer: the fields and words that speak loudest for its label, or against it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.events import FeatureValue
from shared.model.encoded import Encoded
from shared.model.features import FeatureEncoder
from shared.model.loudest import loudest_words
from shared.model.mixer.mixer import Weights
from shared.model.probabilities import Floats
from shared.model.text import Words
from shared.model.voices.columns import places_of
from shared.model.voices.linear import LinearVoice
from shared.model.voices.voice import Voice
from shared.model.voices.words import WordsVoice

MOST = 5
"""Fields and words that are named."""
LEAST = 0.05
"""Contributions smaller than this are nobody's reason."""
LONGEST = 200
"""Characters of a value that are repeated."""
DIGITS = 3

Pulls = NDArray[np.float32]


class Reason(NamedTuple):
    """A field with what it holds, or one of its words, and what that adds in favour."""

    field: str
    value: FeatureValue
    contribution: float


class Explainer:
    """The linear part of a mixture, told by field and by word.

    A contribution is in log-odds of the label that is explained against the mean of the others, and
    counts from a value, or a word, that was never seen. Each linear model and the naive Bayes weigh
    what the mixer lets them weigh; what fields do together is shared among them alike. Trees are
    not asked: what they add to the answer is not told.
    """

    def __init__(
        self, labels: int, encoder: FeatureEncoder, voices: Sequence[Voice], weights: Weights
    ) -> None:
        self._encoder = encoder
        trusted = list(_trusted(voices, weights))
        self._columns = np.unique(np.concatenate([_NONE, *(v.columns for v, _ in trusted)]))
        self._places = places_of(self._columns, encoder.width)
        self._table = self._pulls(labels, [part for part in trusted if _is_linear(part[0])])
        self._text = self._pulls(labels, trusted) if encoder.reads_text else self._table

    def explain(self, rows: Encoded, chosen: NDArray[np.int64]) -> list[list[Reason]]:
        """The loudest reasons of each row, the loudest first.

        Args:
            rows: what was answered.
            chosen: the label of each row that is explained, shape (rows,).
        """
        names = self._encoder.table_fields
        shares = self._by_field(rows, chosen)
        loudest = np.argsort(-np.abs(shares), axis=1, kind="stable")[:, :MOST].tolist()
        rounded = shares.astype(np.float64).round(DIGITS).tolist()
        told = [
            [Reason(names[at], _short(row.get(names[at])), share[at]) for at in places]
            for row, places, share in zip(rows.rows, loudest, rounded, strict=True)
        ]
        if rows.words is not None:
            for reasons, words in zip(told, self._by_word(rows.words, chosen), strict=True):
                reasons.extend(words)
        return [_loudest(reasons) for reasons in told]

    def _pulls(self, labels: int, trusted: Sequence["_Trusted"]) -> Pulls:
        """How far each column pulls to each label, zeros for unknown ones at the end."""
        pulls = np.zeros((len(self._columns) + 1, labels), np.float32)
        for voice, trust in trusted:
            pulls[self._places[voice.columns]] += voice.pulls(trust)
        own: Pulls = pulls - (pulls.sum(axis=1, keepdims=True) - pulls) / np.float32(labels - 1)
        return own

    def _by_field(self, rows: Encoded, chosen: NDArray[np.int64]) -> Floats:
        """What each field of the table adds, shape (rows, fields)."""
        width = self._encoder.table_width
        at = rows.sparse.ends[:-1, None] + np.arange(width, dtype=np.int32)
        pulls = self._table[self._places[rows.sparse.columns[at]], chosen[:, None]]
        shares: Floats = (rows.sparse.values[at] * pulls) @ self._encoder.owners
        return shares

    def _by_word(self, words: Words, chosen: NDArray[np.int64]) -> Iterator[list[Reason]]:
        columns = self._encoder.text_columns(words.hashes)
        pulls = self._text[self._places[columns], chosen[words.row_of]]
        for found in loudest_words(words, pulls, MOST):
            yield [Reason(field, word, round(share, DIGITS)) for field, word, share in found]


_NONE = np.empty(0, np.int32)
_Telling = LinearVoice | WordsVoice
_Trusted = tuple[_Telling, Floats]


def _trusted(voices: Sequence[Voice], weights: Weights) -> Iterator[_Trusted]:
    """Voices whose reasons can be told, with how much each of their speakers weighs."""
    count = len(weights.scales)
    alone, pool, mean = weights.shares[:count], weights.shares[-2], weights.shares[-1]
    trust = weights.scales * (alone + mean / count + pool * weights.pool)
    first = 0
    for voice in voices:
        if isinstance(voice, LinearVoice | WordsVoice):
            yield voice, trust[first : first + voice.speakers]
        first += voice.speakers


def _is_linear(voice: _Telling) -> bool:
    return isinstance(voice, LinearVoice)


def _short(value: FeatureValue) -> FeatureValue:
    return value[:LONGEST] if isinstance(value, str) else value


def _loudest(reasons: list[Reason]) -> list[Reason]:
    heard = [reason for reason in reasons if abs(reason.contribution) >= LEAST]
    return sorted(heard, key=lambda reason: -abs(reason.contribution))[:MOST]
