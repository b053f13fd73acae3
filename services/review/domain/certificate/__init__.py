"""The certificate: of the events a block accepts, at most ⌊αW⌋ are wrong, with confidence 1-δ.

It holds for any model, any data and any rule by which a threshold is chosen. The only chance it
uses is the audit coin of `services.review.domain.coin`, whose probability is recorded first.

    credits   how many wrong audits a block survives
    block     what a block has promised, accepted and found
    gate      which events are in the lane, and what becomes of them
    replay    the blocks again, from the record alone

What only decides how many reviews the promise costs:

    risk      which share of the events up to each score is wrong
    selector  the threshold that a block's credits pay for
    design    how many of the next block's events are audited
    choosing  both, from what labels have shown
    sentinel  notices that errors have become more frequent

And `estimates`, for information: how many errors escaped, with an interval.

An event's *score* is its risk: 1 less the highest probability, so lower is surer. It is *in the
lane* while the block's gate is open and its score is at most the threshold. Whoever chooses
thresholds offers one function, `gate.Threshold`: from the block in force to the highest score
allowed in its lane, or None to shut it. It is asked once a batch for each lane and model version,
and again when a block begins. The answer may rest on anything known before; it makes the lane wide
or narrow, never the promise weak.
"""
