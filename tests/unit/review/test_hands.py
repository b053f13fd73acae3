"""One thread does what waits in one go, and tells nobody before all of it is durable."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

import pytest

from services.review.adapters.hands import Clerk
from shared.errors import Unavailable

WHO: ContextVar[str] = ContextVar("who")


class Commits:
    """A database that counts, and may refuse."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.refuses = False
        self.is_open = False
        self._members = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        self._members, self.is_open = 0, True
        yield
        self.is_open = False
        self.sizes.append(self._members)
        if self.refuses:
            raise Unavailable("the disk is full")

    def write(self, word: str) -> tuple[str, str, int]:
        assert self.is_open
        self._members += 1
        if word == "wrong":
            raise ValueError(word)
        return word, WHO.get("nobody"), threading.get_ident()


@pytest.fixture
def commits() -> Commits:
    return Commits()


async def ask_all(clerk: Clerk, commits: Commits, words: str) -> list[object]:
    """Ask for all of them while the clerk is busy with something else."""
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def busy() -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait()

    first = asyncio.create_task(clerk.do(busy))
    await begun.wait()
    asked = [asyncio.create_task(clerk.do(partial(commits.write, w))) for w in words.split()]
    await asyncio.sleep(0)
    go_on.set()
    await first
    return await asyncio.gather(*asked, return_exceptions=True)


def test_what_waits_shares_a_commit_and_is_done_in_its_order(commits: Commits) -> None:
    told = asyncio.run(ask_all(Clerk(commits.together, at_once=3), commits, "a b c d"))
    assert [one[0] for one in told if isinstance(one, tuple)] == list("abcd")
    assert commits.sizes == [0, 3, 1]
    assert threading.get_ident() not in {one[2] for one in told if isinstance(one, tuple)}


def test_an_error_is_told_to_who_made_it_and_to_nobody_else(commits: Commits) -> None:
    told = asyncio.run(ask_all(Clerk(commits.together, at_once=9), commits, "a wrong b"))
    assert [type(one) for one in told] == [tuple, ValueError, tuple]


def test_a_commit_that_fails_is_nobodys_success(commits: Commits) -> None:
    clerk = Clerk(commits.together, at_once=9)

    async def ask(*words: str) -> list[object]:
        return [
            *await asyncio.gather(
                *(clerk.do(partial(commits.write, word)) for word in words), return_exceptions=True
            )
        ]

    async def all_day() -> None:
        commits.refuses = True
        assert {str(error) for error in await ask("a", "wrong", "b")} == {"the disk is full"}
        commits.refuses = False
        assert [type(outcome) for outcome in await ask("later")] == [tuple]

    asyncio.run(all_day())


def test_each_request_keeps_its_own_context(commits: Commits) -> None:
    clerk = Clerk(commits.together, at_once=9)

    async def ask(name: str) -> str:
        WHO.set(name)
        return (await clerk.do(partial(commits.write, "a")))[1]

    async def both() -> list[str]:
        return list(await asyncio.gather(ask("ada"), ask("ben")))

    assert asyncio.run(both()) == ["ada", "ben"]


def test_who_has_gone_is_told_nothing_and_holds_nobody_up(commits: Commits) -> None:
    clerk = Clerk(commits.together, at_once=9)

    async def leave() -> str:
        gone = asyncio.create_task(clerk.do(partial(commits.write, "a")))
        await asyncio.sleep(0)
        gone.cancel()
        return (await clerk.do(partial(commits.write, "b")))[0]

    assert asyncio.run(leave()) == "b"
    assert sum(commits.sizes) == 2


def test_loops_come_and_go(commits: Commits) -> None:
    clerk = Clerk(commits.together, at_once=9)

    async def ask() -> str:
        return (await clerk.do(partial(commits.write, "a")))[0]

    assert [asyncio.run(ask()) for _ in range(2)] == ["a", "a"]
