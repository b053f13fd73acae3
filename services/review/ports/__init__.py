"""What the review service needs from outside: one store, a transport, and a bell for the outbox.

Each transaction sees and changes the store as a whole: all of it is kept, or nothing.
"""

from services.review.ports.answers import Answered, Answers
from services.review.ports.blocks import Audit, AuditAnswer, Blocks, DatedBlock
from services.review.ports.drifts import Drifts
from services.review.ports.erasing import Erasing, Remains
from services.review.ports.gold import GoldItems
from services.review.ports.identity import IdentityProvider
from services.review.ports.letters import DeadLetters
from services.review.ports.models import Models
from services.review.ports.outbox import Bell, Leaving, Outbox
from services.review.ports.outcomes import Outcomes
from services.review.ports.passwords import Hasher, Passwords
from services.review.ports.people import AccessLog, Proof, Tokens, Users
from services.review.ports.practice import Practice
from services.review.ports.projects import Projects, ProjectState
from services.review.ports.queues import Hold, Items, Leases
from services.review.ports.reconciling import Accepted, History, Marks, Transport
from services.review.ports.record import Ledger
from services.review.ports.reviewers import Reviewers
from services.review.ports.seals import Seals, Signer
from services.review.ports.slices import SliceCounts
from services.review.ports.store import Store, Transaction
from services.review.ports.suspects import Suspects
from services.review.ports.votes import Votes

__all__ = [
    "Accepted",
    "AccessLog",
    "Answered",
    "Answers",
    "Audit",
    "AuditAnswer",
    "Bell",
    "Blocks",
    "DatedBlock",
    "DeadLetters",
    "Drifts",
    "Erasing",
    "GoldItems",
    "Hasher",
    "History",
    "Hold",
    "IdentityProvider",
    "Items",
    "Leases",
    "Leaving",
    "Ledger",
    "Marks",
    "Models",
    "Outbox",
    "Outcomes",
    "Passwords",
    "Practice",
    "ProjectState",
    "Projects",
    "Proof",
    "Remains",
    "Reviewers",
    "Seals",
    "Signer",
    "SliceCounts",
    "Store",
    "Suspects",
    "Tokens",
    "Transaction",
    "Transport",
    "Users",
    "Votes",
]
