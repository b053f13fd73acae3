"""Server-side scripts: what must happen together happens in one call."""

from collections.abc import Iterable

SETTLE = """
local group, published, refused = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local at, settled = 4, 0
local function settle(count, target)
  for i = at, at + count - 1 do
    if redis.call('XACK', KEYS[1], group, ARGV[i]) == 1 then
      redis.call('XADD', target, '*', 'data', ARGV[i + count])
      settled = settled + 1
    end
  end
  at = at + 2 * count
end
settle(published, KEYS[2])
settle(refused, KEYS[3])
for i = at, #ARGV do settled = settled + redis.call('XACK', KEYS[1], group, ARGV[i]) end
return settled
"""
"""Acknowledge a batch and publish what follows from it, in one step.

An entry's document is published only by the call that acknowledges it: whoever finishes
first wins, and publication and acknowledgement cannot be torn apart.

KEYS: input stream, output stream, dead letters.
ARGV: group, number published, number refused, then ids and documents of the published, ids
and documents of the refused, ids of those that only need acknowledging.
Returns the number of entries that this call acknowledged.
"""

PUBLISH = """
for i = 1, #ARGV, 2 do
  redis.call('XADD', KEYS[tonumber(ARGV[i])], '*', 'data', ARGV[i + 1])
end
"""
"""Append documents to streams, in order, all or none.

KEYS: the streams. ARGV: for each document, the number of its stream in KEYS and the document.
"""


def publish_arguments(documents: Iterable[tuple[str, bytes]]) -> tuple[list[str], list[bytes]]:
    """KEYS and ARGV of PUBLISH for documents given as (key, document).

    >>> publish_arguments([("a", b"1"), ("b", b"2"), ("a", b"3")])
    (['a', 'b'], [b'1', b'1', b'2', b'2', b'1', b'3'])
    """
    numbers: dict[str, bytes] = {}
    arguments: list[bytes] = []
    for key, document in documents:
        number = numbers.setdefault(key, str(len(numbers) + 1).encode())
        arguments += (number, document)
    return list(numbers), arguments
