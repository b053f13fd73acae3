"""Both clients, and the examples of the documentation, against the real service."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from handraise.client import ApiError, AsyncClient, Client
from tests import servers
from tests.builders import a_prediction_event, a_project
from tests.meta.repository import ROOT
from tests.processes import TOKEN, Installation, until

_BLOCK = re.compile(r"^```(\w+) (\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = _BLOCK.findall((ROOT / "docs/howto/use-the-api.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def installation(
    shared_redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    installation = Installation(shared_redis_url, tmp_path_factory.mktemp("client"))
    with installation.running("review"), Client(installation.url, TOKEN) as client:
        client.apply(a_project("churn"))
        yield installation


def waiting(installation: Installation, count: int) -> None:
    """So many more items in the queue."""
    with Client(installation.url, TOKEN) as client:
        before = client.queues()[0].depth
        for _ in range(count):
            document = a_prediction_event(leave=0.5).encode()
            redis.Redis.from_url(installation.redis_url).xadd(
                "handraise:predictions", {"data": document}
            )
        until(lambda: client.queues()[0].depth == before + count)


def test_a_day_with_the_client(installation: Installation) -> None:
    waiting(installation, 4)
    with Client(installation.url, TOKEN) as client:
        first, again = (client.claim("churn", 4, key="day").claims for _ in range(2))
        assert [c.lease.id for c in first] == [c.lease.id for c in again]
        decided, skipped, escalated, released = first
        client.heartbeat(decided)
        client.keep_draft(decided, label="stay", comment="so far")
        made = client.decide(decided, "stay", seconds_spent=1.0)
        assert client.decide(decided, "stay", seconds_spent=2.0).decision == made.decision
        held = client.undo(decided.item.id)
        client.decide(held, "leave")
        client.skip(skipped, "not mine")
        assert client.escalate(escalated, "hard") == "churn.leads"
        client.release(released)
        followed = client.decisions("churn", after=0).decisions
        assert [(d.label, d.revision) for d in followed] == [("stay", 1), ("leave", 2)]
        assert client.record("churn", decided.item.event_id).entries[-1].kind == "corrected"
        appealed = client.appeal("churn", decided.item.event_id, "no")
        assert appealed.queue == "churn.appeals"


def test_the_same_day_awaited(installation: Installation) -> None:
    waiting(installation, 2)

    async def day() -> None:
        async with AsyncClient(installation.url, TOKEN) as client:
            claims = (await client.claim("churn", 2)).claims
            await asyncio.gather(*(client.decide(claim, "stay") for claim in claims))
            names = [f"user-{number}" for number in range(3)]
            await asyncio.gather(*(client.add_user(name, "lead") for name in names))
            assert {user.name for user in await client.users()} >= {*names}
            made = await client.create_token("user-0")
            assert [t.prefix for t in await client.tokens("user-0")] == [made.prefix]
            await client.revoke_token(made.prefix)
            async with AsyncClient(installation.url, made.token) as revoked:
                with pytest.raises(ApiError) as refusal:
                    await revoked.me()
            assert refusal.value.kind.endswith("not-authenticated")

    asyncio.run(day())


def test_clients_wait_as_they_are_told(shared_redis_url: str, tmp_path: Path) -> None:
    narrow = {"HANDRAISE_RATE_LIMIT": "5", "HANDRAISE_RATE_LIMIT_BURST": "2"}
    installation = Installation(shared_redis_url, tmp_path, settings=narrow)
    with installation.running("review"):
        with Client(installation.url, TOKEN, retries=0) as hasty, pytest.raises(ApiError) as no:
            for _ in range(20):
                hasty.me()
        assert no.value.status == 429
        with Client(installation.url, TOKEN) as patient:
            assert {patient.me().name for _ in range(4)} == {"admin"}


@pytest.mark.parametrize(("language", "_", "code"), BLOCKS, ids=[name for _, name, _ in BLOCKS])
def test_the_examples_of_the_documentation_work(
    installation: Installation, tmp_path: Path, language: str, _: str, code: str
) -> None:
    if language == "sh":
        if shutil.which("curl") is None:
            servers.missing("curl", "curl")
        code = code.replace("curl -sS", f"curl -sSf -o {tmp_path / uuid4().hex}").replace(
            "c-17", uuid4().hex
        )
        command = ["sh", "-euc", code]
    else:
        command = [sys.executable, "-c", code.replace("c-18", uuid4().hex)]
    given = {
        **os.environ,
        "HANDRAISE_URL": installation.url,
        "TOKEN": TOKEN,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        command, env=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_there_are_examples_in_each_language() -> None:
    assert {name for _, name, _ in BLOCKS} == {"curl", "sync", "async", "follow"}
