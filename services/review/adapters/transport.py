"""A look at Redis: whether it is the one that we know, and what is on its way there."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from redis.exceptions import RedisError, ResponseError

from services.review.domain.reconciling import Place, Sighting
from shared.clusters import server_of
from shared.connecting import connect_blocking
from shared.errors import DeadLetter, Unavailable
from shared.events import CloudEvent, CorrectionMade, ModelChanged
from shared.messaging.reasons import reason
from shared.streams import FIELD, Keyspace, Stream

_TIMEOUT_SECONDS = 2.0
_GROUPS = {
    Stream.REQUESTS: b"scorer",
    Stream.PREDICTIONS: b"review",
    Stream.CORRECTIONS: b"retrainer",
    Stream.MODELS: b"review",
}
_NEWEST = 50


class RedisTransport:
    """Implements `ports.Transport`."""

    def __init__(self, url: str, keys: Keyspace) -> None:
        self._redis: Any = connect_blocking(url, _TIMEOUT_SECONDS)
        self._keys = keys

    def sight(self) -> Sighting:
        """What it says of itself.

        Partitions are one Redis in this: it bears a mark if all of them do, and is another one as
        soon as one of them is on another server process.
        """
        try:
            seen = [self._sight(number) for number in self._keys.numbers]
        except (RedisError, OSError) as error:
            raise _away(error) from error
        markers, runs = {marker for marker, _ in seen}, [run for _, run in seen]
        marker = next(iter(markers)) if len(markers) == 1 else None
        one = len(set(runs)) == 1
        return Sighting(marker, runs[0] if one else sha256("".join(runs).encode()).hexdigest())

    def mark(self, installation: str) -> None:
        """Let it be known as that of an installation."""
        try:
            for number in self._keys.numbers:
                self._redis.set(self._keys.marker(number), installation)
        except (RedisError, OSError) as error:
            raise _away(error) from error

    def is_untouched(self, stream: Stream) -> bool:
        """Whether nothing was ever put on a stream."""
        return all(self._is_untouched(key) for key in self._keys.all(stream))

    def newest_place(self) -> Place | None:
        """The highest place in the ledger that its newest entries tell of; None if they do not."""
        try:
            places = [
                place
                for stream in (Stream.CORRECTIONS, Stream.MODELS)
                for key in self._keys.all(stream)
                for _, fields in self._redis.xrevrange(key, count=_NEWEST)
                if (place := _place(fields.get(FIELD, b"")))
            ]
        except (RedisError, OSError) as error:
            raise _away(error) from error
        return max(places, key=lambda place: place.sequence, default=None)

    def read_models_again(self) -> None:
        """Let review read all of `models` from its beginning."""
        try:
            self._redis.xgroup_setid(self._keys.key(Stream.MODELS), _GROUPS[Stream.MODELS], 0)
        except (RedisError, OSError) as error:
            if not _is_absent(error):
                raise _away(error) from error

    def backlog_seconds(self, stream: Stream) -> float:
        """Age of the oldest entry that our reader of a stream has not done; 0 if none waits."""
        return max(self._backlog_seconds(key, _GROUPS[stream]) for key in self._keys.all(stream))

    def close(self) -> None:
        """Give all connections back."""
        self._redis.close()

    def _sight(self, partition: int) -> tuple[str | None, str]:
        key = self._keys.marker(partition)
        with server_of(self._redis, key) as redis:
            marker = redis.get(key)
            run = redis.info("server")["run_id"]
        return marker.decode() if marker is not None else None, run

    def _is_untouched(self, key: str) -> bool:
        try:
            return bool(self._redis.xinfo_stream(key)["entries-added"] == 0)
        except (RedisError, OSError) as error:
            if _is_absent(error):
                return True
            raise _away(error) from error

    def _backlog_seconds(self, key: str, name: bytes) -> float:
        try:
            with server_of(self._redis, key) as redis:
                seconds, microseconds = redis.time()
            group = self._group(key, name)
            waiting = [entry for entry, _ in self._redis.xrange(key, _after(group), count=1)]
            if group.get("pending"):
                waiting.append(self._redis.xpending(key, name)["min"])
        except (RedisError, OSError) as error:
            raise _away(error) from error
        born = [int(entry.split(b"-")[0]) / 1000 for entry in waiting if entry]
        return max(0.0, seconds + microseconds / 1e6 - min(born)) if born else 0.0

    def _group(self, key: str, name: bytes) -> Mapping[str, Any]:
        try:
            groups = self._redis.xinfo_groups(key)
        except ResponseError as error:
            if _is_absent(error):
                return {}
            raise
        return next((group for group in groups if group["name"] == name), {})


def _after(group: Mapping[str, Any]) -> str:
    """Where XRANGE begins to read what a group has not: everything if there is no group."""
    return f"({group['last-delivered-id'].decode()}" if group else "-"


def _place(document: bytes) -> Place | None:
    """The place in the ledger that a document tells of."""
    try:
        event = CloudEvent.decode(document)
    except DeadLetter:
        return None
    if isinstance(event.data, CorrectionMade):
        return Place(event.project, event.data.sequence)
    if isinstance(event.data, ModelChanged):
        return Place(event.project, event.data.learned_up_to)
    return None


def _is_absent(error: Exception) -> bool:
    """Neither the stream nor the group is there: nobody has put or read anything."""
    absent = ("no such key", "requires the key to exist", "NOGROUP")
    return isinstance(error, ResponseError) and any(words in str(error) for words in absent)


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"Redis does not answer: {reason(error)}")
