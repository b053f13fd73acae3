"""Every metric of the review service, with its remedy."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """Declared once for the service's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.routed = Counter(
            "handraise_routed",
            "Predictions routed, by reason. All `no_model` or `stopped`: people decide everything.",
            ["project", "reason"],
            registry=registry,
        )
        self.audits = Counter(
            "handraise_audits",
            "Random checks drawn, by whether their answer counts in a block. Most do not count: "
            "audit_more asks for far more than the promise needs; lower its probabilities if "
            "people cannot keep up.",
            ["project", "counted"],
            registry=registry,
        )
        self.decisions = Counter(
            "handraise_decisions",
            "Decisions by who decided. `reviewers` flat while the queue grows: nobody is working.",
            ["project", "decided_by"],
            registry=registry,
        )
        self.corrections = Counter(
            "handraise_corrections",
            "Settled answers, confirmed or corrected. More corrected: the model is getting worse.",
            ["project", "verdict"],
            registry=registry,
        )
        self.votes = Counter(
            "handraise_votes",
            "Answers of reviewers. Flat while the queue grows: nobody is working.",
            ["project"],
            registry=registry,
        )
        self.leases_lost = Counter(
            "handraise_leases_lost",
            "Answers refused because their lease had ended. Rising: give a longer lease_seconds, "
            "or find out why pages send no heartbeat.",
            ["project"],
            registry=registry,
        )
        self.wasted_reviews = Counter(
            "handraise_wasted_reviews",
            "Answers on items that were decided already. Above 0.5 % of the votes: give a longer "
            "lease_seconds.",
            ["project"],
            registry=registry,
        )
        self.deadlines_missed = Counter(
            "handraise_deadlines_missed",
            "Items whose deadline passed without an answer. Rising: more reviewers, or a lower "
            "auto_margin.",
            ["project"],
            registry=registry,
        )
        self.capacity_fallbacks = Counter(
            "handraise_capacity_fallbacks",
            "Events decided by the fallback because more waited than people can answer. Rising: "
            "more reviewers, or a policy that sends fewer events to people.",
            ["project"],
            registry=registry,
        )
        self.over_capacity = Gauge(
            "handraise_over_capacity",
            "Undecided events beyond what people can answer within the hours of `policy.capacity`. "
            "Above 0: what `when_over` says is active; more reviewers.",
            ["project"],
            registry=registry,
        )
        self.lane_alarms = Gauge(
            "handraise_lane_alarms",
            "How often errors of a lane became more frequent than its labels had shown, so that it "
            "was shut until there is new evidence. Rising: the world or the model has changed.",
            ["project", "lane"],
            registry=registry,
        )
        self.certificate_credits = Gauge(
            "handraise_certificate_credits_left",
            "Errors that the block in force of a lane may still find; checks that wait hold one. "
            "Below 0: the lane is shut until checks are answered, or for the rest of the block.",
            ["project", "lane"],
            registry=registry,
        )
        self.certificate_pending = Gauge(
            "handraise_certificate_checks_pending",
            "Random checks that wait for an answer. While they do, less is automatic: have them "
            "answered first.",
            ["project", "lane"],
            registry=registry,
        )
        self.certificate_accepted = Gauge(
            "handraise_certificate_accepted",
            "Automatic decisions in the block in force of a lane. Flat: its threshold is too low, "
            "or it is shut.",
            ["project", "lane"],
            registry=registry,
        )
        self.certificate_error_rate = Gauge(
            "handraise_certificate_error_rate",
            "Share of wrong automatic decisions that the project allows; 1 promises nothing.",
            ["project"],
            registry=registry,
        )
        self.queue_depth = Gauge(
            "handraise_queue_depth",
            "Items that wait for people, leased ones included. Growing: more reviewers, or a "
            "lower auto_margin.",
            ["project", "queue"],
            registry=registry,
        )
        self.queue_leased = Gauge(
            "handraise_queue_leased",
            "Items that a reviewer holds now.",
            ["project", "queue"],
            registry=registry,
        )
        self.queue_oldest_seconds = Gauge(
            "handraise_queue_oldest_age_seconds",
            "Age of the item that waits longest. Rising: the queue is not being worked.",
            ["project", "queue"],
            registry=registry,
        )
        self.queue_overdue = Gauge(
            "handraise_queue_overdue",
            "Waiting items past their deadline. Above 0: upstream waits in vain.",
            ["project", "queue"],
            registry=registry,
        )
        self.reviewers_paused = Gauge(
            "handraise_reviewers_paused",
            "Reviewers who may not claim. Above 0: a lead looks at "
            "GET /v1/projects/PROJECT/reviewers, talks to them, revokes careless answers, "
            "and lets them go on.",
            ["project"],
            registry=registry,
        )
        self.slice_error_rate = Gauge(
            "handraise_slice_error_rate",
            "Share of events of a slice's value on which the model is wrong, as answers tell, "
            "checks weighed. Much above the others: see /oversight; certify_by promises for it.",
            ["project", "slice", "value"],
            registry=registry,
        )
        self.slice_automation_rate = Gauge(
            "handraise_slice_automation_rate",
            "Share of events of a slice's value that the model decided alone. Much below the "
            "others: these wait longer; give more answers on them to learn from.",
            ["project", "slice", "value"],
            registry=registry,
        )
        self.disparity = Gauge(
            "handraise_disparity",
            "Greatest difference between the values of a slice, by measure: `error_rate`, "
            "`equalized_odds`, `demographic_parity`. Rising: look at /oversight for which.",
            ["project", "slice", "measure"],
            registry=registry,
        )
        self.drift_score = Gauge(
            "handraise_drift_score",
            "How near an alarm of drift is, from 0 to 1, by kind: `accuracy`, `disagreement`, "
            "`score`, `input`. Near 1: /oversight says what has changed.",
            ["project", "kind"],
            registry=registry,
        )
        self.drift_alarms = Counter(
            "handraise_drift_alarms",
            "Alarms of drift, by kind. Any: /oversight says what has changed; see "
            "docs/howto/alerts.md.",
            ["project", "kind"],
            registry=registry,
        )
        self.logins_failed = Counter(
            "handraise_logins_failed",
            "Wrong passwords. Many at once: somebody guesses; see `handraise_logins_refused`.",
            registry=registry,
        )
        self.logins_refused = Counter(
            "handraise_logins_refused",
            "Logins that had to wait, since a name or an address failed too often. Rising for "
            "long: somebody guesses; let a proxy keep the address away.",
            registry=registry,
        )
        self.requests_limited = Counter(
            "handraise_requests_limited",
            "Requests refused (429) since their caller sent too many, by sort of caller. `user`: "
            "find the program that loops, or raise HANDRAISE_RATE_LIMIT. `stranger`: somebody "
            "guesses, or many share an address; let the proxy pass addresses on.",
            ["caller"],
            registry=registry,
        )
        self.outbox_backlog = Gauge(
            "handraise_outbox_backlog",
            "Documents that wait to leave for Redis. Growing: Redis is away or full.",
            registry=registry,
        )
        self.relayed = Counter(
            "handraise_outbox_relayed",
            "Documents that left through the outbox.",
            registry=registry,
        )
        self.dead_letters_waiting = Gauge(
            "handraise_dead_letters_waiting",
            "Dead letters that nobody has settled; the project is `unknown` where there is none. "
            "Above 0: `handraise dead-letters list` says the cure; then retry or drop them.",
            ["project", "reason"],
            registry=registry,
        )
        self.dead_letters_unreadable = Counter(
            "handraise_dead_letters_unreadable",
            "Documents on `dead-letters` that are none. Any: somebody else writes to that stream.",
            registry=registry,
        )
        self.gaps = Gauge(
            "handraise_gaps",
            "Facts that lack what should follow: accepted and `unrouted`, routed and `undecided`, "
            "answered and `uncorrected`, corrected and `unlearned`, learned and `unrecorded`. They "
            "are repaired by themselves; above 0 for minutes: `handraise doctor` says the cure.",
            ["project", "kind"],
            registry=registry,
        )
        self.gaps_repaired = Counter(
            "handraise_gaps_repaired",
            "Gaps repaired. Any `undecided` or `uncorrected`: somebody changed the review "
            "database. Others rising steadily: Redis loses data, or a service refuses entries.",
            ["project", "kind"],
            registry=registry,
        )
        self.redis_refilled = Counter(
            "handraise_redis_refilled",
            "Times that Redis was found `lost` (empty, or another one) or `restarted`, and was "
            "given again what it may lack. `lost`: see that its append-only file is on.",
            ["state"],
            registry=registry,
        )
        self.restored = Counter(
            "handraise_review_restored",
            "Times that the review database was found to be an older copy. Any: what was decided "
            "since the backup is not in the record; see docs/howto/backup.md.",
            registry=registry,
        )
        self.ledger_sealed = Gauge(
            "handraise_ledger_sealed",
            "The place in the ledger up to which it is sealed. Flat while events are routed: see "
            "`handraise_ledger_seal_lag_seconds`.",
            registry=registry,
        )
        self.ledger_seal_lag = Gauge(
            "handraise_ledger_seal_lag_seconds",
            "Age of the oldest entry of the ledger that is not sealed yet. Above a minute: the log "
            "of review (`sealing_failed`) says why; until then changes to it cannot be noticed.",
            registry=registry,
        )
        for state in ("lost", "restarted"):  # from 0 on, or the first time would be no increase
            self.redis_refilled.labels(state)
        for caller in ("user", "stranger"):
            self.requests_limited.labels(caller)
