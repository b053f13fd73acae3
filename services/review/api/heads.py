"""The headers of a request, read once for all who ask for some."""

from collections.abc import Mapping

from shared.observability import Scope

_HEADS = "handraise.heads"


def heads(scope: Scope) -> Mapping[bytes, bytes]:
    """What each header says, by its name in lower case; the first of those that came twice."""
    known: Mapping[bytes, bytes] | None = scope.get(_HEADS)
    if known is None:
        known = scope[_HEADS] = dict(reversed(scope["headers"]))
    return known
