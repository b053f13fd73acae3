"""Ending tasks for certain."""

import asyncio

_ASK_AGAIN_SECONDS = 0.2


async def end(*tasks: asyncio.Task[object] | None) -> None:
    """Cancel tasks, and return when none of them goes on.

    Asked once, a task may go on for ever: before Python 3.12 `asyncio.wait_for`, through which the
    client of Redis sends each command, drops a cancellation that comes in the same moment as what
    it waits for (python/cpython#86296). So each is asked again until it ends. What a task raised is
    its own affair.
    """
    going = {task for task in tasks if task is not None and not task.done()}
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=_ASK_AGAIN_SECONDS)
    await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
