"""`python -m services.review`."""

from shared.lean import do_without
from shared.leaving import obey

if __name__ == "__main__":
    obey()  # while the rest is imported a container's first process would not hear SIGTERM
    do_without(  # 9 MB that are loaded where the command line or traces are installed too
        "email_validator",  # FastAPI: addresses in documents of OpenAPI
        "greenlet",  # structlog: its way before context variables
        "opentelemetry.sdk.metrics",  # redis: figures of its own
        "pydantic.v1",  # FastAPI: refuses models of that sort
        "pydantic_extra_types",  # FastAPI: colours in answers
        "rich",  # structlog: tracebacks for a terminal
    )

from services.review.app import create_app
from services.review.settings import Settings
from shared.service import serve

if __name__ == "__main__":
    serve("review", Settings, create_app, lambda settings: settings.review_port)
