"""The HTTP API as Python: one method an operation, errors as readable sentences.

`Client` waits for each answer, `AsyncClient` has the same methods to await.
"""

from handraise.client.certificates import Certificate, Verification
from handraise.client.drift import Drift, DriftAlarm, Stream
from handraise.client.erasing import Erased
from handraise.client.label_errors import LabelErrors, SecondLooks, Suspect
from handraise.client.ledger import (
    LedgerFault,
    LedgerVerification,
    Proof,
    ProvenEntry,
    SignedHead,
    StoredEntries,
    StoredEntry,
)
from handraise.client.letters import (
    DeadLetter,
    DeadLetterKind,
    DeadLetters,
    Original,
    Retried,
    ShownDeadLetter,
)
from handraise.client.models import ModelVersion, Offer
from handraise.client.operations import AsyncClient, Client
from handraise.client.patience import ApiError, Unreachable
from handraise.client.people import AccessLog, Act, KeptToken, Me, Token, User
from handraise.client.projects import Gap, Gaps, ProjectState, Republished
from handraise.client.quality import (
    Agreement,
    Anchoring,
    Estimate,
    Gold,
    Impact,
    Pair,
    Reviewer,
    Revoked,
    Standing,
)
from handraise.client.records import (
    MAX_EVENTS,
    Appealed,
    Deciders,
    Decision,
    Decisions,
    Entry,
    Record,
    Report,
)
from handraise.client.reports import Contribution, Figure
from handraise.client.simulations import Compared, Simulation, Span, Support
from handraise.client.slices import Disparity, Part, Slice
from handraise.client.work import Claim, Claims, Decided, Draft, Item, Lease, Made, Queue, Similar

__all__ = [
    "MAX_EVENTS",
    "AccessLog",
    "Act",
    "Agreement",
    "Anchoring",
    "ApiError",
    "Appealed",
    "AsyncClient",
    "Certificate",
    "Claim",
    "Claims",
    "Client",
    "Compared",
    "Contribution",
    "DeadLetter",
    "DeadLetterKind",
    "DeadLetters",
    "Decided",
    "Deciders",
    "Decision",
    "Decisions",
    "Disparity",
    "Draft",
    "Drift",
    "DriftAlarm",
    "Entry",
    "Erased",
    "Estimate",
    "Figure",
    "Gap",
    "Gaps",
    "Gold",
    "Impact",
    "Item",
    "KeptToken",
    "LabelErrors",
    "Lease",
    "LedgerFault",
    "LedgerVerification",
    "Made",
    "Me",
    "ModelVersion",
    "Offer",
    "Original",
    "Pair",
    "Part",
    "ProjectState",
    "Proof",
    "ProvenEntry",
    "Queue",
    "Record",
    "Report",
    "Republished",
    "Retried",
    "Reviewer",
    "Revoked",
    "SecondLooks",
    "ShownDeadLetter",
    "SignedHead",
    "Similar",
    "Simulation",
    "Slice",
    "Span",
    "Standing",
    "StoredEntries",
    "StoredEntry",
    "Stream",
    "Support",
    "Suspect",
    "Token",
    "Unreachable",
    "User",
    "Verification",
]
