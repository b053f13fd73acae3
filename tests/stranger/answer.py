"""Answers what waits, as a program of one's own would: `python answer.py PROJECT`."""

import sys

from handraise.client import Client
from handraise.installation import locate
from handraise.settings import Settings


def main(project: str) -> None:
    """Exit 0 as soon as a model has come of the answers."""
    settings = Settings()
    with Client(locate(settings).url, settings.token or "") as client:
        while claims := client.claim(project, limit=10).claims:
            for claim in claims:
                is_bill = "nvoice" in str(claim.item.features["subject"])
                client.decide(claim, "billing" if is_bill else "other", seconds_spent=1.0)
        if not client.models(project):
            sys.exit("no model yet")


if __name__ == "__main__":
    main(sys.argv[1])
