"""Claims from a short and from a very long queue, and by many at once: for `./run bench queue`."""

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import httpx
from sqlalchemy import Connection, create_engine, inspect, text

from benchmarks.desk import Desk
from benchmarks.stage import PROJECT
from benchmarks.table import Figure

_SHORT = 1_000
_CLAIMERS = 50
_MOST_AT_ONCE = 50
_SAMPLES = 200
_FLAT = 1.5
"""A claim from the long queue costs at most this many times one from the short queue."""

_PATH = f"/v1/queues/{PROJECT.name}/claims"
_KEYS = {"review_ledger": "subject", "review_items": "event_id"}
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT :count)"
    " SELECT n FROM c)",
    "postgresql": "(SELECT generate_series(1, :count) AS n)",
}

_SHARED = "queue, reason, received_at, deadline, predicted, doubt, novelty, rank"
_SLOTS = (
    f"INSERT INTO review_slots (item_id, {_SHARED}, token) SELECT id, {_SHARED}, 0"  # noqa: S608
    " FROM review_items WHERE NOT settled"
    " AND NOT EXISTS (SELECT 1 FROM review_slots WHERE item_id = review_items.id)"
)
"""A slot for each waiting item that has none."""


def measure_claims(name: str, desk: Desk, waiting: int, leases: int) -> Iterator[Figure]:
    """On a desk whose service is not open yet, and whose queue is empty."""
    with desk.open():
        desk.apply_project()
        desk.fill(_SHORT)
        yield Figure(
            f"{name}: items claimed once by {_CLAIMERS} at once",
            _claimed_once(desk),
            _SHORT,
            1.0,
            "items",
        )
        desk.fill(_SHORT)
        short = _claim_ms(desk)
    multiply_waiting_items(desk, waiting)
    with desk.open():
        _hold(desk, leases)
        long = _claim_ms(desk)
    what = f"{name}: claim, {waiting:,} waiting, {leases:,} leased / {_SHORT:,}"
    yield Figure(what, long, short, _FLAT, "ms", at_most=True)


def multiply_waiting_items(desk: Desk, count: int) -> None:
    """Let so many more wait, by SQL: copies of the newest item under ids of their own."""
    ((_, event_id),) = desk.newest_items(1)
    engine = create_engine(desk.database_url)
    with engine.begin() as connection:
        for table, key in _KEYS.items():
            _copy(connection, table, key, {"template": event_id, "count": count})
        connection.execute(text(_SLOTS))
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
    engine.dispose()


def _copy(connection: Connection, table: str, key: str, values: dict[str, object]) -> None:
    inspector = inspect(connection)
    numbered = inspector.get_pk_constraint(table)["constrained_columns"]
    columns = [c["name"] for c in inspector.get_columns(table) if c["name"] not in numbered]
    copied = [f"{column} || '-' || n" if column == key else column for column in columns]
    connection.execute(
        text(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(copied)}"  # noqa: S608
            f" FROM {table}, {_NUMBERS[connection.dialect.name]} AS numbers"
            f" WHERE {key} = :template"
        ),
        values,
    )


def _claimed_once(desk: Desk) -> int:
    with ThreadPoolExecutor(_CLAIMERS) as threads:
        tokens = desk.tokens(_CLAIMERS)
        claimed = threads.map(lambda token: list(_claim_all(desk, token)), tokens)
        times = Counter(item for items in claimed for item in items)
    return sum(1 for count in times.values() if count == 1)


def _claim_all(desk: Desk, token: str) -> Iterator[int]:
    with _as(desk, token) as client:
        while True:
            answer = client.post(_PATH, json={"limit": 1})
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                continue
            claims = answer.raise_for_status().json()["claims"]
            if not claims:
                return
            yield claims[0]["item"]["id"]


def _hold(desk: Desk, leases: int) -> None:
    with _as(desk, desk.token("holder")) as client:
        for _ in range(0, leases, _MOST_AT_ONCE):
            body = {"limit": _MOST_AT_ONCE, "lease_seconds": 3600}
            client.post(_PATH, json=body).raise_for_status()


def _claim_ms(desk: Desk) -> float:
    """The median time of a claim of one item, which is given back each time."""
    with _as(desk, desk.token("measured")) as client:
        return statistics.median(islice(_claim_times(client), _SAMPLES))


def _claim_times(client: httpx.Client) -> Iterator[float]:
    while True:
        begun = time.perf_counter()
        answer = client.post(_PATH, json={"limit": 1})
        taken = time.perf_counter() - begun
        lease = answer.raise_for_status().json()["claims"][0]["lease"]["id"]
        client.post(f"/v1/leases/{lease}/release").raise_for_status()
        yield 1000 * taken


def _as(desk: Desk, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=desk.api.base_url, headers=headers, timeout=60)
