"""Traces to OpenTelemetry, where it is installed (the extra `tracing`) and asked for."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from shared.observability import AsgiApp, Receive, Scope, Send
from shared.tracing import Step, valid

_request: ContextVar[str | None] = ContextVar("request", default=None)
_UNWATCHED = ("/health/", "/metrics", "/static/")


class _Told:
    """A step that is a span."""

    def __init__(self, span: Span) -> None:
        self._span = span
        context = span.get_span_context()
        self.traceparent: str | None = (
            f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
        )

    def end(self, **about: str | int | float) -> None:
        """It is done."""
        for name, value in about.items():
            self._span.set_attribute(f"handraise.{name}", value)
        self._span.end()


class OpenTelemetry:
    """Implements `tracing.Traces`. What is done for a request over HTTP is linked with that."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begin(self, name: str, cause: str | None, also: Sequence[str] = ()) -> Step:
        """A span begins."""
        request = _request.get()
        asked = [request] if request and (cause or "")[:35] != request[:35] else []
        return self._begin(name, cause, [*also, *asked], SpanKind.INTERNAL)

    def follow(self, app: AsgiApp) -> AsgiApp:
        """The same application, each request of which is a span."""
        return _Watched(app, self)

    def asked(self, name: str, cause: str | None) -> Step:
        """A span of a request from outside begins."""
        return self._begin(name, cause, [], SpanKind.SERVER)

    def _begin(self, name: str, cause: str | None, also: Sequence[str], kind: SpanKind) -> Step:
        before = _context(cause)
        parent = set_span_in_context(NonRecordingSpan(before)) if before else None
        links = [Link(place) for place in map(_context, also) if place]
        return _Told(self._tracer.start_span(name, context=parent, kind=kind, links=links))


class _Watched:
    """An ASGI application of which each request is a span, going on from its `traceparent`."""

    def __init__(self, app: AsgiApp, traces: OpenTelemetry) -> None:
        self._app = app
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on; what it leads to goes on from here, whatever the sender said."""
        if scope["type"] != "http" or scope["path"].startswith(_UNWATCHED):
            await self._app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == b"traceparent"]
        said = valid(given[0].decode("latin-1")) if given else None
        step = self._traces.asked(scope["method"], said)
        headers = [pair for pair in scope["headers"] if pair[0] != b"traceparent"]
        place = (step.traceparent or "").encode()
        status = 500

        async def seen(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
            nonlocal status
            status = message.get("status", status)
            await send(message)

        token = _request.set(step.traceparent)
        inner = {**scope, "headers": [*headers, (b"traceparent", place)]}
        try:
            await self._app(inner, receive, seen)
        finally:
            _request.reset(token)
            step.end(route=getattr(inner.get("route"), "path", "other"), status=status)


def listen(service: str) -> OpenTelemetry:
    """Spans leave by OTLP over HTTP, from a thread of their own.

    Where to, and all else, is said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT).
    """
    provider = TracerProvider(resource=Resource.create({"service.name": f"handraise-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OpenTelemetry(provider.get_tracer("handraise"))


def _context(traceparent: str | None) -> SpanContext | None:
    if valid(traceparent) is None or traceparent is None:
        return None
    _, trace, span, flags = traceparent.split("-")
    return SpanContext(int(trace, 16), int(span, 16), True, TraceFlags(int(flags, 16)))
