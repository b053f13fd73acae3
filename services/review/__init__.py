"""Review: routes every prediction, keeps the queues, settles answers into decisions.

consumes   predictions; models (to record versions)
emits      decisions, corrections, control, dead letters
owns       the review database: ledger, items, leases, projects, users, outbox
guarantees one decision an event; what it acknowledged is in its database first
"""
