"""What labels show of a lane, and what a change makes of it."""

import random

from services.review.domain.certificate.evidence import Book, Label, Rescored, Shelf, family_of

LANE, MODEL = "label=stay", "churn"


def labels(count: int, *, start: int = 1, flipped: bool = False) -> list[Label]:
    """Scores from 0 to .5, each as risky as it says; flipped: as risky as it is sure."""
    chance = random.Random(start)  # noqa: S311 - test data
    found = []
    for place in range(start, start + count):
        score = chance.random() / 2
        wrong = chance.random() < (1 - score if flipped else score)
        found.append(Label(place, f"e{place}", score, wrong, 1.0))
    return found


def shelf(*stretches: list[Label]) -> Shelf:
    filled = Shelf()
    for stretch in stretches:
        for label in stretch:
            filled.take(label)
    return filled


def test_under_a_hundred_labels_nothing_is_known() -> None:
    assert shelf(labels(99)).curve is None
    assert shelf(labels(100)).curve is not None


def test_the_curve_tells_the_risk_of_each_score() -> None:
    known = shelf(labels(3000)).curve
    assert known is not None
    assert 0.05 < known.error(0.1) < 0.15
    assert 0.3 < known.error(0.4) < 0.5


def test_new_labels_are_counted_soon() -> None:
    filled = shelf(labels(500))
    before = filled.curve
    for label in labels(20, start=501):
        filled.take(label)
    assert filled.curve is not before


def test_a_model_that_turns_shuts_its_lane_within_a_few_labels() -> None:
    filled = shelf(labels(2000), labels(40, start=2001, flipped=True))
    assert filled.alarms == 1
    assert filled.curve is None


def test_a_steady_model_gives_no_alarm() -> None:
    assert shelf(labels(3000)).alarms == 0


def test_a_learner_that_has_recovered_is_not_judged_by_its_worse_days() -> None:
    turned = labels(1500, flipped=True)
    filled = shelf(turned, labels(300, start=1501))
    known = filled.curve
    assert known is not None
    assert known.error(0.05) < 0.2


def test_another_answer_takes_the_place_of_the_first() -> None:
    book = Book()
    right = [Label(n, f"e{n}", 0.1, False, 1.0) for n in range(1, 301)]
    for label in right:
        book.take(LANE, MODEL, label, amends=False)
    before = book.curve(LANE, MODEL)
    for label in right[:100]:
        book.take(LANE, MODEL, label._replace(wrong=True), amends=True)
    after = book.curve(LANE, MODEL)
    assert before is not None
    assert after is not None
    assert (before.error(0.1) < 0.05, after.error(0.1) > 0.25) == (True, True)


def test_lanes_and_models_are_judged_apart() -> None:
    book = Book()
    for label in labels(200):
        book.take(LANE, MODEL, label, amends=False)
    assert book.curve(LANE, MODEL) is not None
    assert book.curve("label=leave", MODEL) is None
    assert book.curve(LANE, "other/ab") is None
    assert book.alarms() == {LANE: 0}


def test_versions_of_ones_own_learner_are_one_family() -> None:
    assert family_of("churn", "churn", "ab") == family_of("churn", "churn", "cd")
    assert family_of("churn", "ours", "ab") != family_of("churn", "ours", "cd")


def test_a_model_that_changes_at_a_stroke_is_judged_by_what_it_said_before() -> None:
    book = Book()
    for label in labels(300, flipped=True):
        book.take(LANE, MODEL, label, amends=False)
    # given a candidate that is nearly always right, and says otherwise of every third
    other = "leave"
    said = {n: Rescored("stay" if n % 3 else other, 0.02, wrong=False) for n in range(101, 301)}

    book.rescore(MODEL, said)

    known, others = book.curve(LANE, MODEL), book.curve("label=leave", MODEL)
    assert known is not None
    assert known.error(0.02) < 0.1
    assert others is None

    # and another model's labels stay as they are
    book.rescore("somebody else", said)
    assert book.curve(LANE, MODEL) is known


def test_few_labels_that_were_judged_again_do_not_drop_what_is_known() -> None:
    filled = shelf(labels(300))
    again = [label._replace(score=0.5) for label in filled.take_out({299, 300})]
    filled.put_first(again)
    assert filled.curve is not None
