"""The policy simulator: what another project file would have made of the same past.

    past        events as the ledger has them, with the answers that people gave
    people      how many answer, when, and how long it takes them
    imputing    answers that nobody gave, drawn from like events that were answered
    course      the past again, event by event, through the product's own router
    queueing    people who answer what the router gives them, in the product's own order
    tally       what a play came to, and the interval of many
    support     the error rate of what would be automatic, from checked events only
    forecast    all of it: two project files beside each other, and what cannot be known

Nothing here routes: `router.Router` does, with the rules, gates and thresholds of the product.
"""
