"""Review: routes every prediction, keeps the queues, settles answers into decisions.

consumes   predictions; models (to record versions); dead letters (for people to settle)
emits      decisions, corrections, control, dead letters
owns       the review database: ledger, items, leases, projects, users, outbox,
           dead letters
guarantees one decision an event; what it acknowledged is in its database first
"""
