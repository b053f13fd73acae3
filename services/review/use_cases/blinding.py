"""Whoever may still be asked about an event does not read before what was said of it."""

from services.review.domain.access import Permission, User
from services.review.domain.queue import answers_blind
from services.review.errors import StillToAnswer
from services.review.ports import Transaction


def keep_blind(transaction: Transaction, project: str, event_id: str, reader: User) -> None:
    """Let leads read of an event when it is settled, or they have answered it.

    Reviewers read no records at all, and who administers may read the database as well.

    Raises:
        StillToAnswer: the reader may still be handed the event.
    """
    if reader.may(Permission.ADMINISTER) or not reader.may(Permission.REVIEW):
        return
    item = transaction.items.of_event(project, event_id)
    if item is None or item.settled or not answers_blind(item.queue, item.stage):
        return
    counted = transaction.votes.counted(item.id, item.round)
    if all(ballot.reviewer != reader.name for ballot in counted):
        raise StillToAnswer(
            f"{event_id!r} waits for answers, and you may be asked for one: answer it first, "
            "or ask somebody who does not review (ops, upstream or admin)"
        )
