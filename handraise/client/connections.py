"""The two ways to carry an operation out: one waits, the other awaits."""

import asyncio
import time
from types import TracebackType
from typing import Self, TypeVar

import httpx

from handraise.client.patience import Patience, Pause, Reply, patiently
from handraise.client.steps import Request, Steps

T = TypeVar("T")
RETRIES = 2


class Connection:
    """A connection to the review service; use it as a context manager."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        retries: int = RETRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare a connection; nothing is sent.

        Args:
            url: the review service.
            token: bearer token.
            retries: how often to ask again, ever more slowly, while the service is away or busy.
            transport: another way to the service than the network.
        """
        self._patience = Patience(url, retries)
        self._http = httpx.Client(base_url=url, headers=_bearer(token), transport=transport)

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._http.close()

    def run(self, steps: Steps[T]) -> T:
        """Carry an operation out."""
        deeds, reply = patiently(steps, self._patience), None
        while True:
            try:
                deed = deeds.send(reply)
            except StopIteration as done:
                result: T = done.value
                return result
            reply = self._do(deed)

    def _do(self, deed: Request | Pause) -> Reply:
        if isinstance(deed, Pause):
            time.sleep(deed.seconds)
            return None
        try:
            return self._http.send(_built(self._http, deed))
        except httpx.HTTPError as error:
            return error


class AsyncConnection:
    """The same for programs that await; use it as an asynchronous context manager."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        retries: int = RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare a connection, with the same arguments; nothing is sent."""
        self._patience = Patience(url, retries)
        self._http = httpx.AsyncClient(base_url=url, headers=_bearer(token), transport=transport)

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def run(self, steps: Steps[T]) -> T:
        """Carry an operation out."""
        deeds, reply = patiently(steps, self._patience), None
        while True:
            try:
                deed = deeds.send(reply)
            except StopIteration as done:
                result: T = done.value
                return result
            reply = await self._do(deed)

    async def _do(self, deed: Request | Pause) -> Reply:
        if isinstance(deed, Pause):
            await asyncio.sleep(deed.seconds)
            return None
        try:
            return await self._http.send(_built(self._http, deed))
        except httpx.HTTPError as error:
            return error


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _built(http: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    return http.build_request(
        request.method,
        request.path,
        json=request.body,
        params=request.query or None,
        headers=request.headers,
        timeout=request.seconds,
    )
