"""Everything that a service imports, imported: what `tests.forked` forks processes from."""

import gc
import importlib

import handraise.cli as _cli
from services.retrainer import app as _retrainer
from services.review import app as _review
from services.scorer import app as _scorer

_LAZY = (
    "anyio._backends._asyncio",
    "encodings.idna",
    "h11",
    "pydantic.v1",
    "shared.service",
    "services.retrainer.settings",
    "services.review.settings",
    "services.scorer.settings",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
"""Imported by a service only when it runs; here at once."""

WARM = (_cli, _retrainer, _review, _scorer, *(importlib.import_module(name) for name in _LAZY))
gc.collect()
gc.freeze()
