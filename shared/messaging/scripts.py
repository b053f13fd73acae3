"""Server-side scripts: what must happen together happens in one call."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """A script, and the name under which a server remembers it."""

    text: str
    sha1: str

    @classmethod
    def of(cls, text: str) -> "Script":
        """Name a script as servers do."""
        return cls(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


SETTLE = Script.of("""
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
""")
"""Acknowledge a batch and publish what follows from it, in one step.

An entry's document is published only by the call that acknowledges it: whoever finishes
first wins, and publication and acknowledgement cannot be torn apart. A server that is out of
memory lets it pass too: XACK comes first and needs none, and a script that has written is let end.

KEYS: input stream, output stream, dead letters.
ARGV: group, number published, number refused, then ids and documents of the published, ids
and documents of the refused, ids of those that only need acknowledging.
Returns the number of entries that this call acknowledged.
"""

PUBLISH = Script.of("""
for i = 1, #ARGV, 2 do
  redis.call('XADD', KEYS[tonumber(ARGV[i])], '*', 'data', ARGV[i + 1])
end
""")
"""Append documents to streams, in order, all or none.

KEYS: the streams. ARGV: for each document, the number of its stream in KEYS and the document.
"""

_ORDER = """
local function before(a, b)
  local a1, a2 = a:match('(%d+)-(%d+)')
  local b1, b2 = b:match('(%d+)-(%d+)')
  if a1 ~= b1 then return tonumber(a1) < tonumber(b1) end
  return tonumber(a2) < tonumber(b2)
end
local function fields(flat)
  local found = {}
  for i = 1, #flat, 2 do found[flat[i]] = flat[i + 1] end
  return found
end
local function lowest(group)
  if group['pending'] == 0 then return group['last-delivered-id'] end
  return redis.call('XPENDING', KEYS[1], group['name'])[2]
end
"""

LOOK = Script.of(
    _ORDER
    + """
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = fields(flat)
  if group['name'] == ARGV[1] then
    local whole = fields(redis.call('XINFO', 'STREAM', KEYS[1]))
    if group['last-delivered-id'] == whole['last-generated-id']
        and group['entries-read'] ~= whole['entries-added'] then
      redis.pcall('XGROUP', 'SETID', KEYS[1], ARGV[1], group['last-delivered-id'],
        'ENTRIESREAD', whole['entries-added'])
      group['entries-read'], group['lag'] = whole['entries-added'], 0
    end
    local read = group['entries-read']
    if not read and group['last-delivered-id'] == '0-0' then read = 0 end
    local lost = read and whole['entries-added'] - whole['length'] > read and 1 or 0
    local mark = lowest(group)
    if group['pending'] > 0 then
      local time, number = mark:match('(%d+)-(%d+)')
      if number == '0' then
        mark = string.format('%.0f-18446744073709551615', tonumber(time) - 1)
      else
        mark = string.format('%s-%.0f', time, tonumber(number) - 1)
      end
    end
    redis.pcall('HSET', KEYS[2], KEYS[1] .. '|' .. ARGV[1], mark)
    for _, found in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
      local consumer = fields(found)
      if consumer['pending'] == 0 and consumer['idle'] > tonumber(ARGV[2]) then
        redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
      end
    end
    return {group['lag'] or 0, group['pending'], lost}
  end
end
return {0, 0, 0}
"""
)
"""How a group stands, and its watermark noted: all entries up to it are acknowledged.

Redis 7.0 miscounts what a group has read when it comes back from its append-only file, and the lag
stays wrong for ever. The count of a group that has read all is put right.

Each process has a name of its own. One that has not asked for anything for long, and left nothing
behind, is forgotten, or their number would grow with each start.

If the group is lost, it is made again from the watermark, not from the beginning or "now". A
server that is out of memory refuses to note it; that must not stop the reading.

KEYS: stream, hash of watermarks. ARGV: group, milliseconds after which a name is forgotten.
Returns lag, pending, and 1 if entries were deleted before the group read them.
"""

TRIM = Script.of(
    _ORDER
    + """
if redis.call('XLEN', KEYS[1]) <= tonumber(ARGV[1]) then return 0 end
local low = nil
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local mark = lowest(fields(flat))
  if low == nil or before(mark, low) then low = mark end
end
if low == nil then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', low)
"""
)
"""Delete what every group has read and acknowledged, once there is more than enough.

A stream that no group reads is left alone. KEYS: stream. ARGV: entries that may stay.
Returns the number of entries deleted.
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
