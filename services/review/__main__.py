"""`python -m services.review`."""

from shared.leaving import obey

if __name__ == "__main__":
    obey()  # while the rest is imported a container's first process would not hear SIGTERM

from services.review.app import create_app
from services.review.settings import Settings
from shared.service import serve

if __name__ == "__main__":
    serve("review", Settings, create_app, lambda settings: settings.review_port)
