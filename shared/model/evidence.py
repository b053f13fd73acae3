"""What carried an answer: the fields and words that speak loudest for its label, or against it."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded, Places
from shared.model.features import FeatureEncoder
from shared.model.loudest import loudest_words
from shared.model.mixer.mixer import Weights
from shared.model.probabilities import Floats
from shared.model.text import Words
from shared.model.voices.columns import places_of
from shared.model.voices.linear import LinearVoice
from shared.model.voices.voice import Voice
from shared.model.voices.words import WordsVoice
from shared.wire import Evidence, FeatureValue

MOST = 5
"""Fields and words that are named."""
LEAST = 0.05
"""Contributions smaller than this are nobody's reason."""
LONGEST = 200
"""Characters of a value that are repeated."""
DIGITS = 3

Pulls = NDArray[np.float32]


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
        known = np.zeros(encoder.width, np.bool_)
        for voice, _ in trusted:
            known[voice.columns] = True
        self._names = np.array(encoder.table_fields, object)
        self._columns = np.flatnonzero(known).astype(np.int32)
        self._places = _places(self._columns, encoder.width, [voice for voice, _ in trusted])
        linear = self._pulls(labels, [part for part in trusted if _is_linear(part[0])])
        words = self._pulls(labels, [part for part in trusted if not _is_linear(part[0])])
        self._table = _less_others(linear)
        self._text = _less_others(linear + words) if encoder.reads_text else self._table

    def explain(self, rows: Encoded, chosen: NDArray[np.int64]) -> list[list[Evidence]]:
        """The loudest reasons of each row, the loudest first.

        Args:
            rows: what was answered.
            chosen: the label of each row that is explained, shape (rows,).
        """
        fields = self._by_field(rows, chosen)
        if rows.words is None:
            return fields
        words = self._by_word(rows.words, chosen)
        if not self._encoder.table_fields:
            return words
        return [
            sorted(by_field + by_word, key=_quietness)[:MOST]
            for by_field, by_word in zip(fields, words, strict=True)
        ]

    def _pulls(self, labels: int, trusted: Sequence["_Trusted"]) -> Pulls:
        """How far each column pulls to each label, zeros for unknown ones at the end."""
        pulls = np.zeros((len(self._columns) + 1, labels), np.float32)
        for voice, trust in trusted:
            pulls[self._places[voice.columns]] += voice.pulls(trust)
        return pulls

    def _by_field(self, rows: Encoded, chosen: NDArray[np.int64]) -> list[list[Evidence]]:
        """The fields of the table that are worth naming, the loudest first."""
        table = rows.table
        shape = (len(rows), self._encoder.table_width)
        placed = rows.placed(table, self._places, len(self._columns) + 1)
        pulls = _taken(self._table, placed.columns.reshape(shape), chosen[:, None])
        shares = self._encoder.owners.times((table.values.reshape(shape) * pulls).T).T
        loudest = np.argsort(-np.abs(shares), axis=1, kind="stable")[:, :MOST]
        told = np.take_along_axis(shares, loudest, axis=1).astype(np.float64).round(DIGITS)
        heard = (np.abs(told) >= LEAST).sum(axis=1)
        rank = zip(rows.rows, self._names.take(loudest).tolist(), told.tolist(), strict=True)
        return [
            list(map(Evidence, names[:count], _short(map(row.get, names)), shares))
            for (row, names, shares), count in zip(rank, heard.tolist(), strict=True)
        ]

    def _by_word(self, words: Words, chosen: NDArray[np.int64]) -> list[list[Evidence]]:
        """The words that are worth naming, the loudest first."""
        places = self._places.take(self._encoder.text_columns(words.hashes))
        pulls = _taken(self._text, places, chosen.take(words.row_of))
        return [
            [
                Evidence(field, word, rounded)
                for field, word, share in found
                if abs(rounded := round(share, DIGITS)) >= LEAST
            ]
            for found in loudest_words(words, pulls, MOST)
        ]


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


def _places(columns: NDArray[np.int32], width: int, voices: Sequence[_Telling]) -> Places:
    """Those of a voice that knows the same columns, if there is one: both then look once."""
    for voice in voices:
        if isinstance(voice, LinearVoice) and np.array_equal(voice.columns, columns):
            return voice.places
    return places_of(columns, width)


def _less_others(pulls: Pulls) -> Pulls:
    """How far each column pulls to each label, less the mean of the others."""
    own: Pulls = pulls - (pulls.sum(axis=1, keepdims=True) - pulls) / np.float32(pulls.shape[1] - 1)
    return own


def _is_linear(voice: _Telling) -> bool:
    return isinstance(voice, LinearVoice)


def _short(values: Iterable[FeatureValue]) -> list[FeatureValue]:
    return [value[:LONGEST] if isinstance(value, str) else value for value in values]


def _quietness(reason: Evidence) -> float:
    return -abs(reason.contribution)


def _taken(pulls: Pulls, places: NDArray[np.int32], labels: NDArray[np.int64]) -> Pulls:
    """`pulls[places, labels]`, in a third of the time."""
    taken: Pulls = pulls.ravel().take(places * pulls.shape[1] + labels)
    return taken
