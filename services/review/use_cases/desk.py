"""What people do, wired on one store."""

from services.review.metrics import Metrics
from services.review.ports import Bell, Store
from services.review.use_cases.appealing import Appeal
from services.review.use_cases.claiming import Claiming
from services.review.use_cases.concluding import Conclude
from services.review.use_cases.deciding import DecideItem
from services.review.use_cases.exams import TakeExam
from services.review.use_cases.gathering import GatherAlike
from services.review.use_cases.gold import KeepGold
from services.review.use_cases.measuring import MeasureReviewers
from services.review.use_cases.practising import Practise
from services.review.use_cases.queues import WorkQueues
from services.review.use_cases.resembling import FindSimilar
from services.review.use_cases.standing import KeepStanding
from services.review.use_cases.suspecting import LookAgain
from services.review.use_cases.undoing import RevokeAnswers, UndoVote
from services.review.use_cases.watching import WatchQueues
from shared.clock import Clock
from shared.tracing import UNTRACED, Traces


class Desk:
    """The use cases of reviewers and leads."""

    def __init__(
        self,
        store: Store,
        bell: Bell,
        metrics: Metrics,
        clock: Clock,
        coin_key: bytes,
        traces: Traces = UNTRACED,
    ) -> None:
        claiming, conclude = Claiming(coin_key), Conclude(metrics, traces)
        self.work = WorkQueues(store, clock, claiming)
        self.watch = WatchQueues(self.work, clock)
        self.decide = DecideItem(store, bell, metrics, clock, claiming, conclude)
        self.undo = UndoVote(store, clock, claiming, conclude)
        self.revoke = RevokeAnswers(store, bell, clock, conclude)
        self.appeal = Appeal(store, clock)
        self.similar = FindSimilar(store)
        self.gather = GatherAlike(store, clock, claiming)
        self.gold = KeepGold(store, clock)
        self.exam = TakeExam(store, clock, coin_key)
        self.practise = Practise(store, clock)
        self.standing = KeepStanding(store, clock)
        self.look_again = LookAgain(store, clock)
        self.measure = MeasureReviewers(store, clock)
