"""A block in plain words, for pages and records."""

from services.review.domain.certificate.block import UNLIMITED, Block, End
from services.review.domain.certificate.estimates import escaped

_ENDS = {
    End.FULL: "The block is full; the next one goes on.",
    End.TRIP: "More errors were found than it could survive: it was stopped, and people decide "
    "until there is new evidence.",
    End.POLICY: "It ended early because the promise was changed.",
}


def statement(block: Block) -> str:
    """What a block promises, and by which evidence.

    >>> from services.review.domain.certificate.block import Terms
    >>> block = Block(1, Terms(0.05, 10_000, 0.05, 0.07), 8412, checked=633, found=12, pending=2)
    >>> print(statement(block))
    Of the 8,412 decisions made automatically in this block at most 500 are wrong (5 % of the \
10,000 that it may hold), with 95 % confidence. People checked 633 cases like them, drawn at \
random, and found 12 errors; 2 wait for an answer. The block is stopped if they find more than 27.
    """
    terms = block.terms
    if terms.alpha >= 1:
        return f"{block.accepted:,} decisions were made automatically. Nothing is promised of them."
    return " ".join([_promise(block), _evidence(block), _standing(block)])


def estimate(block: Block) -> str:
    """How many errors escaped, as far as checks tell; it promises nothing.

    >>> from services.review.domain.certificate.block import Terms
    >>> print(estimate(Block(1, Terms(0.05, 10_000, 0.05, 0.07), 8412, checked=633, found=12)))
    For information, no guarantee: as the checks tell, about 159 of the 8,412 are wrong (1.9 %), \
at least 26 and at most 372 (4.42 %).
    """
    if not block.accepted:
        return "For information, no guarantee: nothing was decided yet."
    found = escaped(block)
    share = f" ({_percent(found.estimate / block.accepted)})"
    return (
        f"For information, no guarantee: as the checks tell, about {found.estimate:,.0f} of the "
        f"{block.accepted:,} are wrong{share}, at least {found.low:,.0f} and at most "
        f"{found.high:,.0f} ({_percent(found.high / block.accepted)})."
    )


def _promise(block: Block) -> str:
    terms = block.terms
    return (
        f"Of the {block.accepted:,} decisions made automatically in this block at most "
        f"{terms.budget:,} are wrong ({_percent(terms.alpha)} of the {terms.window:,} that it may "
        f"hold), with {_percent(1 - terms.delta)} confidence."
    )


def _evidence(block: Block) -> str:
    errors = "error" if block.found == 1 else "errors"
    waiting = f"; {block.pending:,} wait for an answer" if block.pending else ""
    overlooked = block.terms.miss_rate
    allowed = (
        f" It is allowed for that they overlook {_percent(overlooked)} of the errors."
        if overlooked
        else ""
    )
    return (
        f"People checked {block.checked:,} cases like them, drawn at random, and found "
        f"{block.found:,} {errors}{waiting}.{allowed}"
    )


def _standing(block: Block) -> str:
    if block.end is not None:
        return _ENDS[block.end]
    spared = block.terms.credits
    if spared == UNLIMITED:
        return "Every case is checked."
    if spared < 0:
        return "Its terms allow no automatic decision at all."
    if block.is_open:
        return f"The block is stopped if they find more than {spared:,}."
    return f"It rests until checks that wait are answered; it survives {spared:,} errors."


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
