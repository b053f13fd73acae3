"""The review service with a full queue, and a crowd of reviewers: for `./run bench queue`."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import httpx
import msgspec
import psutil
from sqlalchemy import Engine, create_engine, text

from benchmarks.crowd import Outcome, Plan
from benchmarks.recording import pair_of, transactions
from benchmarks.replay import Held, Pattern, pattern
from benchmarks.stage import PROJECT, Stage, document, running
from shared.events import EventType
from shared.project import Promotion

_PATIENCE_SECONDS = 120
_ADMIN_TOKEN = "benchmark"  # noqa: S105 - of an installation that lives for seconds
_LABEL = "yes"
_LEVEL_PATIENCE_SECONDS = 600
_BEHIND = text(
    "SELECT (SELECT max(sequence) FROM review_ledger) - min(place) FROM ("
    " SELECT coalesce(max(last), 0) AS place FROM review_seals UNION ALL"
    " SELECT CAST(value AS BIGINT) FROM review_marks WHERE name LIKE 'observed.%') AS places"
)
"""How many entries of the ledger are still to be sealed, or seen by somebody who keeps figures."""


@dataclass
class Desk:
    """Where reviewers work.

    Attributes:
        target: the stage.
        database_url: of the review database.
        sent: how many events were put into the queue.
    """

    target: Stage
    database_url: str
    sent: int = 0

    @cached_property
    def port(self) -> int:
        """Where the service listens, or what stands in for it."""
        return int(self.target.environment["HANDRAISE_REVIEW_PORT"])

    @cached_property
    def api(self) -> httpx.Client:
        """The service's API, as its admin sees it."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {_ADMIN_TOKEN}"},
            timeout=60,
        )

    @contextmanager
    def open(
        self, module: str = "services.review", **environment: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """The service, or what stands in for it, ready to answer."""
        secrets = self.target.directory / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / "admin.token").write_text(_ADMIN_TOKEN)
        given = {
            "HANDRAISE_REVIEW_PORT": str(self.port),
            "HANDRAISE_DATABASE_URL": self.database_url,
            **environment,
        }
        with running(self.target, module, **given) as process:
            _await(self._answers)
            yield process

    def apply_project(self) -> None:
        """Bring the project into force; no retrainer runs here, so that none is missed."""
        waits = PROJECT.model_copy(update={"promotion": Promotion.MANUAL})
        project = waits.model_dump(mode="json")
        self.api.put(f"/v1/projects/{PROJECT.name}", json=project).raise_for_status()

    def fill(self, count: int) -> None:
        """Put more unsure events into the queue; returns when they wait for people."""
        client, expected = self.target.redis, self.depth() + count
        for start in range(self.sent, self.sent + count, 1000):
            pipeline = client.pipeline(transaction=False)
            for number in range(start, min(start + 1000, self.sent + count)):
                unsure = random.Random(number).uniform(0.45, 0.55)  # noqa: S311 - test data
                content = document(EventType.PREDICTION_MADE, number, unsure)
                pipeline.xadd("handraise:predictions", {"data": content})
            pipeline.execute()
        self.sent += count
        _await(lambda: self.depth() >= expected)

    def depth(self) -> int:
        """How many items wait."""
        queues = self.api.get("/v1/queues").raise_for_status().json()["queues"]
        return sum(queue["depth"] for queue in queues)

    def await_level(self) -> None:
        """Return when what was put in is also sealed, counted and watched for drift.

        That is done behind those who wait, for minutes after tens of thousands of events at once.
        """
        engine = create_engine(self.database_url)
        _await(lambda: _behind(engine) == 0, _LEVEL_PATIENCE_SECONDS)
        engine.dispose()

    def tokens(self, count: int) -> list[str]:
        """A token for each of so many reviewers."""
        return [self.token(f"reviewer-{number}") for number in range(count)]

    def token(self, name: str) -> str:
        """A token for a reviewer, who is added."""
        user = {"name": name, "role": "reviewer"}
        self.api.post("/v1/users", json=user).raise_for_status()
        answer = self.api.post(f"/v1/users/{name}/tokens", json={"kind": "api"})
        token: str = answer.raise_for_status().json()["token"]
        return token

    def review(
        self, tokens: Sequence[str], pairs: int, seconds: float, reading: float = 0.0
    ) -> Outcome:
        """Let reviewers work at once, in a process of their own."""
        plan = Plan(self.port, PROJECT.name, _LABEL, list(tokens), pairs, seconds, reading)
        command = [sys.executable, "-m", "benchmarks.crowd"]
        given = msgspec.json.encode(plan)
        done = subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE)
        return msgspec.json.decode(done.stdout, type=Outcome)

    def record(self) -> Pattern:
        """The statements of one claim + decide pair, as the service executes them today."""
        file = self.target.directory / "recorded.jsonl"
        with self.open("benchmarks.recording", HANDRAISE_BENCH_RECORD=str(file)):
            headers = {"Authorization": f"Bearer {self.token('recorded')}"}
            first = self.api.post(
                f"/v1/queues/{PROJECT.name}/claims", json={"limit": 1}, headers=headers
            )
            decided = _held(first.raise_for_status().json())
            headers["Idempotency-Key"] = decided.lease
            answer = self.api.post(
                f"/v1/leases/{decided.lease}/decision",
                json={"label": _LABEL, "claim_next": 1},
                headers=headers,
            )
            claimed = _held(answer.raise_for_status().json())
        lines = pair_of(transactions(file), claimed.lease)
        return pattern(lines, decided, claimed, answer.text)

    def newest_items(self, count: int) -> list[tuple[int, str]]:
        """Items that nobody decided, newest first, as (id, event id), read from the tables."""
        engine = create_engine(self.database_url)
        newest = text(
            "SELECT id, event_id FROM review_items WHERE NOT settled ORDER BY id DESC LIMIT :count"
        )
        with engine.connect() as connection:
            rows = [(int(i), str(e)) for i, e in connection.execute(newest, {"count": count})]
        engine.dispose()
        return rows

    def _answers(self) -> bool:
        try:
            self.api.get("/health/live")
        except httpx.TransportError:
            return False
        return True


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """The processor time that a process has used, in user mode and in the kernel."""
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


def _held(answer: dict[str, list[dict[str, dict[str, str]]]]) -> Held:
    claim = answer["claims"][0]
    return Held(int(claim["item"]["id"]), claim["item"]["event_id"], claim["lease"]["id"])


def _behind(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(_BEHIND).scalar_one())


def _await(done: Callable[[], bool], patience: float = _PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + patience
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("the measured process does not get on; see its log above")
        time.sleep(0.05)
