"""A look at Redis: whether it is the one that we know, and what is on its way there."""

from collections.abc import Mapping
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from services.review.domain.reconciling import Place, Sighting
from shared.errors import DeadLetter, Unavailable
from shared.events import CloudEvent, CorrectionMade, ModelChanged
from shared.messaging.reasons import reason
from shared.streams import FIELD, Stream, marker_key

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

    def __init__(self, url: str, prefix: str) -> None:
        self._redis: Any = Redis.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
        )
        self._marker = marker_key(prefix)
        self._keys = {stream: stream.key(prefix) for stream in Stream}

    def sight(self) -> Sighting:
        """What it says of itself."""
        try:
            marker = self._redis.get(self._marker)
            run = self._redis.info("server")["run_id"]
        except (RedisError, OSError) as error:
            raise _away(error) from error
        return Sighting(marker.decode() if marker is not None else None, run)

    def mark(self, installation: str) -> None:
        """Let it be known as that of an installation."""
        try:
            self._redis.set(self._marker, installation)
        except (RedisError, OSError) as error:
            raise _away(error) from error

    def is_untouched(self, stream: Stream) -> bool:
        """Whether nothing was ever put on a stream."""
        try:
            return bool(self._redis.xinfo_stream(self._keys[stream])["entries-added"] == 0)
        except (RedisError, OSError) as error:
            if _is_absent(error):
                return True
            raise _away(error) from error

    def newest_place(self) -> Place | None:
        """The highest place in the ledger that its newest entries tell of; None if they do not."""
        try:
            places = [
                place
                for stream in (Stream.CORRECTIONS, Stream.MODELS)
                for _, fields in self._redis.xrevrange(self._keys[stream], count=_NEWEST)
                if (place := _place(fields.get(FIELD, b"")))
            ]
        except (RedisError, OSError) as error:
            raise _away(error) from error
        return max(places, key=lambda place: place.sequence, default=None)

    def read_models_again(self) -> None:
        """Let review read all of `models` from its beginning."""
        try:
            self._redis.xgroup_setid(self._keys[Stream.MODELS], _GROUPS[Stream.MODELS], 0)
        except (RedisError, OSError) as error:
            if not _is_absent(error):
                raise _away(error) from error

    def backlog_seconds(self, stream: Stream) -> float:
        """Age of the oldest entry that our reader of a stream has not done; 0 if none waits."""
        key = self._keys[stream]
        try:
            seconds, microseconds = self._redis.time()
            group = self._group(key, _GROUPS[stream])
            waiting = [entry for entry, _ in self._redis.xrange(key, _after(group), count=1)]
            if group.get("pending"):
                waiting.append(self._redis.xpending(key, _GROUPS[stream])["min"])
        except (RedisError, OSError) as error:
            raise _away(error) from error
        born = [int(entry.split(b"-")[0]) / 1000 for entry in waiting if entry]
        return max(0.0, seconds + microseconds / 1e6 - min(born)) if born else 0.0

    def close(self) -> None:
        """Give all connections back."""
        self._redis.close()

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
