"""One event followed from the request over HTTP to the version that learned from it."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from services.retrainer.adapters.causes import Causes
from services.retrainer.handlers import record_corrections
from services.retrainer.use_cases.recording import RecordCorrections
from services.review.adapters.outbox import OutboxDrain
from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.handlers import route_predictions
from services.review.use_cases.claiming import Wish
from services.review.use_cases.projects import KeepProjects
from services.scorer.adapters.catalogue import BroadcastCatalogue
from services.scorer.domain.serving import Served, Undecided
from services.scorer.handlers import score_requests
from services.scorer.metrics import Metrics
from services.scorer.use_cases import ScoreRequests
from shared.database import Database
from shared.events import (
    CloudEvent,
    CorrectionMade,
    DecisionMade,
    EventType,
    ModelChanged,
    ModelRef,
    announce,
)
from shared.messaging import Entry, connect
from shared.observability import Receive, Scope, Send
from shared.streams import Keyspace
from shared.telemetry import OpenTelemetry
from tests.builders import NOON, a_configuration, a_project, a_request, features
from tests.fakes.bell import FakeBell
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.retrainer_bench import Bench
from tests.fakes.review_store import FakeStore
from tests.fakes.review_workers import Workers
from tests.site import TOKEN, open_site

UPSTREAM = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ADA, OPS = User("ada", Role.REVIEWER), User("olga", Role.OPS)


class Listener:
    """Keeps what it is told, in memory."""

    def __init__(self) -> None:
        self._kept = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._kept))
        self.traces = OpenTelemetry(provider.get_tracer("test"))

    def spans(self, name: str) -> list[ReadableSpan]:
        return [span for span in self._kept.get_finished_spans() if span.name == name]

    def span(self, name: str) -> ReadableSpan:
        (found,) = self.spans(name)
        return found


def number(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def cause(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def trace(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_one_trace_leads_from_the_request_to_the_served_version(
    listener: Listener, tmp_path: Path, redis_url: str
) -> None:
    request = sent_over_http(listener, tmp_path)
    prediction = asyncio.run(scored(listener, request))
    correction = asyncio.run(decided(listener, prediction))
    version = asyncio.run(learned(listener, tmp_path, correction))
    asyncio.run(served(listener, redis_url, version))

    # then every step follows from the one before, in the trace that upstream began
    line = ["POST", "score", "route"]
    spans = [listener.span(name) for name in line]
    assert [cause(span) for span in spans] == [0xB7AD6B7169203331, *map(number, spans[:-1])]
    at_routing = number(spans[-1])
    for name in ("decide", "correct", "record"):
        assert cause(listener.span(name)) == at_routing, name
    assert cause(listener.span("publish")) == number(listener.span("record"))
    assert cause(listener.span("serve")) == number(listener.span("publish"))
    whole = [*line, "decide", "correct", "record", "publish", "serve"]
    assert {trace(listener.span(name)) for name in whole} == {UPSTREAM[3:35]}
    # and over the pause in which people think, the decision is linked with what they sent
    (answer,) = listener.spans("PUT")
    for name in ("decide", "correct"):
        assert [link.context.span_id for link in listener.span(name).links] == [number(answer)]
    assert trace(answer) != UPSTREAM[3:35]
    # and a span says what it is about
    assert (listener.span("POST").attributes or {})["handraise.route"] == (
        "/v1/projects/{project}/requests"
    )
    assert (listener.span("decide").attributes or {})["handraise.decided_by"] == "reviewers"
    assert (listener.span("serve").attributes or {})["handraise.model_version"] == 1


def sent_over_http(listener: Listener, directory: Path) -> bytes:
    """An event is sent by a program that follows it; the document that leaves for the scorer."""
    with open_site(directory) as site:
        site.project("churn")
        followed = replace(site, app=listener.traces.follow(site.app))
        bearer = {"Authorization": f"Bearer {TOKEN}", "traceparent": UPSTREAM}
        body = {"events": [{"event_id": "e1", "features": features()}]}
        path = "/v1/projects/churn/requests"
        assert followed.ask("POST", path, json=body, headers=bearer).status_code == 202
        assert followed.ask("GET", "/health/live").status_code == 200
    database = Database(f"sqlite:///{directory / 'review.db'}")
    with OutboxDrain(database).take(10) as taken:
        left = [document for key, document in taken.documents if key.endswith(":requests")]
    database.close()
    (document,) = left
    return document


async def scored(listener: Listener, document: bytes) -> bytes:
    """The scorer's document that follows."""
    score = ScoreRequests(FakeCatalogue("churn"), Metrics(CollectorRegistry()), FakeClock())
    settlement = await score_requests(score, listener.traces)([Entry(b"1-0", document)])
    ((_, prediction),) = settlement.published
    return prediction


async def decided(listener: Listener, prediction: bytes) -> CloudEvent:
    """A person answers, some time later; the correction that leaves."""
    store, clock = FakeStore(), FakeClock()
    desk = Workers(store, FakeBell(), clock, traces=listener.traces)
    KeepProjects(store, FakeBell(), clock).apply(a_project(), OPS)
    await route_predictions(desk.route, listener.traces)([Entry(b"1-0", prediction)])
    clock.pass_seconds(3600)
    (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims

    async def answer(_: Scope, __: Receive, send: Send) -> None:
        desk.decide(claim.lease.id, ADA, Answer("leave"), 0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(listener.traces.follow(answer))
    async with httpx.AsyncClient(transport=transport, base_url="http://review") as client:
        await client.put("/")
    left = store.kept.outbox.events
    (decision,) = [event for event in left if isinstance(event.data, DecisionMade)]
    (correction,) = [event for event in left if isinstance(event.data, CorrectionMade)]
    assert decision.traceparent == correction.traceparent
    return CloudEvent.decode(correction.encode())


async def learned(listener: Listener, directory: Path, correction: CloudEvent) -> bytes:
    """The retrainer's announcement of the version that has learned it."""
    bench = Bench(directory)
    causes = Causes(bench.publisher, listener.traces)
    bench.configure(a_project())
    record = record_corrections(RecordCorrections(bench.store, bench.bell), not_asked, causes.note)
    await record([Entry(b"1-0", correction.encode())])
    causes.publish([an_announcement()])
    (announced,) = bench.publisher.events
    bench.database.close()
    return announced.encode()


async def not_asked() -> None:
    raise AssertionError("the project is known")


def an_announcement() -> CloudEvent:
    changed = ModelChanged(
        version=1, sha256="ab" * 32, uri="churn/ab", parent=None, learned_up_to=1, metrics={},
        reason="learned 1 correction", actor="retrainer",
    )  # fmt: skip
    return announce(
        EventType.MODEL_PROMOTED, changed, project="churn", identity="1", source="test", time=NOON
    )


class Shelf:
    """Has every version."""

    def load(self, project: str, version: ModelChanged) -> Served:
        model = ModelRef(name=project, version=version.version, sha256=version.sha256)
        return Served(model, Undecided(["stay", "leave"]))


async def served(listener: Listener, redis_url: str, announcement: bytes) -> None:
    """A scorer hears of it."""
    redis = connect(redis_url)
    for stream, document in (
        ("control", a_configuration(a_project()).encode()),
        ("models", announcement),
    ):
        await redis.xadd(f"handraise:{stream}", {"data": document})
    metrics = Metrics(CollectorRegistry())
    catalogue = BroadcastCatalogue(
        redis, Keyspace("handraise"), Shelf(), metrics, FakeClock(), lambda _: None
    )
    catalogue.traces = listener.traces
    await catalogue.refresh()
    await redis.aclose()


@pytest.mark.asyncio
@pytest.mark.parametrize("given", ["00-4bf9", 17, None, {"a": [1]}, "ff" * 300])
async def test_what_is_no_place_in_a_trace_is_passed_over(
    listener: Listener, given: object
) -> None:
    document = json.loads(a_request("e1").encode()) | {"traceparent": given}

    prediction = await scored(listener, json.dumps(document).encode())

    assert listener.span("score").parent is None
    assert CloudEvent.decode(prediction).traceparent is not None


@pytest.mark.asyncio
async def test_where_nobody_listens_a_place_is_handed_on_and_nothing_else() -> None:
    request = a_request("e1").placed(UPSTREAM)
    score = ScoreRequests(FakeCatalogue("churn"), Metrics(CollectorRegistry()), FakeClock())

    settlement = await score_requests(score)([Entry(b"1-0", request.encode())])

    ((_, prediction),) = settlement.published
    assert CloudEvent.decode(prediction).traceparent == UPSTREAM
    untouched = a_request("e2").encode()
    assert b"traceparent" not in untouched


def test_nobody_imports_what_is_not_asked_for() -> None:
    probe = "import services.review.app, services.scorer.app, services.retrainer.app, sys;"
    probe += "sys.exit('shared.telemetry' in sys.modules)"

    subprocess.run([sys.executable, "-c", probe], check=True)
