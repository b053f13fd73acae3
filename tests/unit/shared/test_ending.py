"""Tasks end, whatever becomes of the request to."""

import asyncio

import pytest

from shared.ending import end

pytestmark = pytest.mark.asyncio


async def waits_for_ever() -> None:
    await asyncio.Event().wait()


async def test_all_tasks_have_ended() -> None:
    tasks = [asyncio.create_task(waits_for_ever()) for _ in range(3)]
    await asyncio.sleep(0)
    await end(None, *tasks)
    assert all(task.cancelled() for task in tasks)


async def test_one_that_drops_a_request_is_asked_again() -> None:
    dropped = 0

    async def follows() -> None:
        nonlocal dropped
        while True:
            try:
                await waits_for_ever()
            except asyncio.CancelledError:
                if dropped == 2:
                    raise
                dropped += 1

    task = asyncio.create_task(follows())
    await asyncio.sleep(0)
    await end(task)
    assert dropped == 2
    assert task.cancelled()


async def test_one_whose_command_was_sent_in_the_same_moment_ends() -> None:
    """As the client of Redis sends commands; without a second request this fails on Python 3.11."""
    sent = asyncio.Event()

    async def follows() -> None:
        await asyncio.wait_for(sent.wait(), 60)
        await waits_for_ever()

    task = asyncio.create_task(follows())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    sent.set()
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()


async def test_what_has_failed_keeps_nobody_from_leaving() -> None:
    async def fails() -> None:
        raise OSError

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await end(task)
    assert isinstance(task.exception(), OSError)
