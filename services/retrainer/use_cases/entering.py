"""How it stands in the ledger that a fit is heard, or passed over."""

from datetime import datetime

from services.retrainer.domain.ledger import Kind, NewEntry
from services.retrainer.domain.refits import Entered
from services.retrainer.ports import Transaction


def entry_of(project: str, entered: Entered, at: datetime) -> NewEntry:
    """The entry from which a fit is heard."""
    return NewEntry(
        project=project,
        kind=Kind.REFIT,
        identity=entered.identity,
        sequence=0,
        body=entered.model_dump_json(),
        at=at,
    )


def write_once(transaction: Transaction, project: str, entered: Entered, at: datetime) -> None:
    """Write the entry unless it stands there: somebody else may have been quicker."""
    if not transaction.ledger.known(project, [entered.identity], Kind.REFIT):
        transaction.ledger.append([entry_of(project, entered, at)])


def passed_over(fit: Entered) -> Entered:
    """Word that a fit is not heard."""
    return fit.model_copy(update={"heard": False})
