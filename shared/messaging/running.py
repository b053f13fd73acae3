"""Running scripts; a server that does not know one, as each new primary, is told its text."""

from collections.abc import Sequence
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from shared.messaging.scripts import Script

Argument = bytes | str | int


async def run(
    redis: Redis, script: Script, keys: Sequence[str], arguments: Sequence[Argument]
) -> Any:  # noqa: ANN401 - what the script returns
    """Run a script on the server that has its keys."""
    words = [*keys, *arguments]
    try:
        return await cast("Any", redis.evalsha(script.sha1, len(keys), *words))
    except NoScriptError:
        return await cast("Any", redis.eval(script.text, len(keys), *words))
