"""Peers of the scorer: the same reads, predictions and writes, written by hand.

HANDRAISE_BENCH_PEER=raw is a redis-py + hiredis loop with one pipeline a batch, no recovery, no
metrics, no dead letters. HANDRAISE_BENCH_PEER=faststream is the handler that FastStream's
documentation shows: one message a call, pydantic in and out, published one by one. Both serve the
very model that the scorer serves, on one thread as it does.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

import redis
from faststream import AckPolicy, FastStream
from faststream.redis import RedisBroker, StreamSub
from threadpoolctl import threadpool_limits

from shared import wire
from shared.events import CloudEvent, ModelChanged, PredictionMade, ScoringRequested
from shared.model.artifact import load
from shared.model.keys import load_verifying_key
from shared.model.serving import ServingModel

_BATCH = 500


def served_model() -> tuple[ServingModel, ModelChanged]:
    """The promoted version, loaded as the scorer loads it."""
    directory = Path(os.environ["HANDRAISE_DATA_DIR"])
    client: Any = redis.Redis.from_url(os.environ["HANDRAISE_REDIS_URL"])
    version = CloudEvent.decode(client.xrange("handraise:models")[0][1][b"data"]).data
    if not isinstance(version, ModelChanged):
        raise TypeError("the first entry of the models stream is no version")
    key = load_verifying_key(directory / "secrets" / "verifying.key")
    _, state = load(directory / "artifacts", version.uri, version.sha256, key)
    return ServingModel.from_state(state), version


def raw() -> None:
    """Read a batch, predict, write and acknowledge in one pipeline; for ever."""
    client: Any = redis.Redis.from_url(os.environ["HANDRAISE_REDIS_URL"])
    model, version = served_model()
    named = wire.Model("bench", version.version, version.sha256)
    client.xgroup_create("handraise:requests", "raw", id="0", mkstream=True)
    streams = {"handraise:requests": ">"}
    while True:
        response = client.xreadgroup("raw", "one", streams, count=_BATCH, block=200)
        if not response:
            continue
        entries = response[0][1]
        requests = [wire.decode_request(fields[b"data"]) for _, fields in entries]
        table = model.predict_proba([request.data.features for request in requests]).tolist()
        pipeline = client.pipeline(transaction=False)
        for (identity, _), request, row in zip(entries, requests, table, strict=True):
            data = request.data
            prediction = wire.Prediction(
                id=data.event_id,
                source="raw",
                type="prediction.made.v1",
                time=request.time,
                subject=data.event_id,
                project=request.project,
                data=wire.PredictionData(
                    event_id=data.event_id,
                    features=data.features,
                    probabilities=dict(zip(model.labels, row, strict=True)),
                    model=named,
                ),
            )
            pipeline.xadd("handraise:predictions", {"data": wire.encode(prediction)})
            pipeline.xack("handraise:requests", "raw", identity)
        pipeline.execute()


def faststream() -> None:
    """One message a call, as a first attempt would be written."""
    broker = RedisBroker(os.environ["HANDRAISE_REDIS_URL"], logger=None)  # type: ignore[arg-type]
    model, version = served_model()
    incoming = StreamSub("handraise:requests", group="each", consumer="one", last_id="0")

    @broker.subscriber(stream=incoming, ack_policy=AckPolicy.ACK)
    async def score(event: CloudEvent) -> None:
        data = event.data
        if not isinstance(data, ScoringRequested):
            raise TypeError("only scoring requests are on the stream")
        (row,) = model.predict_proba([data.features]).tolist()
        prediction = PredictionMade.model_validate(
            {
                "event_id": data.event_id,
                "features": data.features,
                "probabilities": dict(zip(model.labels, row, strict=True)),
                "model": {"name": "bench", "version": version.version, "sha256": version.sha256},
            }
        )
        await broker.publish(prediction, stream="handraise:predictions")

    asyncio.run(FastStream(broker).run())


if __name__ == "__main__":
    threadpool_limits(1)
    {"raw": raw, "faststream": faststream}[os.environ["HANDRAISE_BENCH_PEER"]]()
