"""What the retrainer needs from outside: a store, learners, and a way to announce."""

from services.retrainer.ports.learners import (
    Candidate,
    Checkpoint,
    Contestant,
    Fitters,
    Learner,
    Learners,
    Outcome,
    Scored,
)
from services.retrainer.ports.outside import Bell, Publisher
from services.retrainer.ports.store import Checkpoints, Ledger, Store, Transaction, Versions

__all__ = [
    "Bell",
    "Candidate",
    "Checkpoint",
    "Checkpoints",
    "Contestant",
    "Fitters",
    "Learner",
    "Learners",
    "Ledger",
    "Outcome",
    "Publisher",
    "Scored",
    "Store",
    "Transaction",
    "Versions",
]
