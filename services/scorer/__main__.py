"""`python -m services.scorer`."""

from shared.leaving import obey

if __name__ == "__main__":
    obey()  # while the rest is imported a container's first process would not hear SIGTERM

from services.scorer.app import create_app
from services.scorer.settings import Settings
from shared.service import serve

if __name__ == "__main__":
    serve("scorer", Settings, create_app, lambda settings: settings.scorer_port)
