"""Histogram gradient boosting by scikit-learn, taken over into tables of bits."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.model.challengers.task import Task
from shared.model.codebook import CodeBook
from shared.model.voices.boosted import GRAIN, MOST_LEAVES, BoostedVoice

FEW_LABELS = 5
MOST_LABELS = 20
"""Boosting grows one tree a label and round."""
UNHEARD = -12.0
"""Logit of a label that no example has."""


def boosting(task: Task) -> BoostedVoice | None:
    """Gradient boosting (Ke et al. 2017) on all examples; None with too many labels.

    Each split chooses among half of the fields, so that trees differ and overfit less.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - heavy

    labels = task.targets.shape[1]
    if labels > MOST_LABELS:
        return None
    few = labels < FEW_LABELS
    book = CodeBook.fit(task.table, task.targets)
    model = HistGradientBoostingClassifier(
        max_iter=80 if few else 40,
        learning_rate=0.06 if few else 0.12,
        max_leaf_nodes=MOST_LEAVES - 1,
        max_features=0.5,
        l2_regularization=3.0,
        early_stopping=False,
        random_state=0,
    )
    model.fit(book.encode(task.table), task.answers, task.weights)
    stages = model._predictors  # noqa: SLF001 - the trees are nowhere else
    columns = model.classes_ if len(stages[0]) > 1 else model.classes_[1:]
    base = np.full(labels, UNHEARD)
    base[model.classes_] = 0
    base[columns] = model._baseline_prediction.ravel()  # noqa: SLF001
    grown = [tree.nodes for stage in stages for tree in stage]
    tables, leaves = _tables(grown, book.sizes)
    return BoostedVoice(book, tables, leaves, columns.astype(np.int64), base)


def _tables(
    grown: Sequence[NDArray[Any]], sizes: Sequence[int]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]], NDArray[np.int32]]:
    """Tables of bits and leaves of trees, as `BoostedVoice` takes them."""
    looked_at = {
        int(node["feature_idx"]) for nodes in grown for node in nodes if not node["is_leaf"]
    }
    fields = sorted(looked_at)
    ends = np.cumsum([0, *(sizes[field] for field in fields)])
    begin = dict(zip(fields, ends[:-1].tolist(), strict=True))
    bits = np.full((ends[-1], len(grown)), np.iinfo(np.uint32).max, np.uint32)
    leaves = np.zeros((len(grown), MOST_LEAVES), np.int32)
    for tree, nodes in enumerate(grown):
        values, ruled_out = _leaves(nodes)
        leaves[tree, : len(values)] = np.rint(np.array(values) * GRAIN)
        for node, mask in ruled_out:
            field = int(nodes[node]["feature_idx"])
            above = begin[field] + int(np.floor(nodes[node]["num_threshold"])) + 1
            bits[above : begin[field] + sizes[field], tree] &= np.uint32(~mask & 0xFFFFFFFF)
    return (np.array(fields, np.int64), ends.astype(np.int64), bits), leaves


def _leaves(nodes: NDArray[Any]) -> tuple[list[float], list[tuple[int, int]]]:
    """The leaves' values from left to right, and for each inner node the bits left of it."""
    values: list[float] = []
    ruled_out: list[tuple[int, int]] = []

    def visit(node: int) -> None:
        if nodes[node]["is_leaf"]:
            values.append(float(nodes[node]["value"]))
            return
        first = len(values)
        visit(int(nodes[node]["left"]))
        ruled_out.append((node, (1 << len(values)) - (1 << first)))
        visit(int(nodes[node]["right"]))

    visit(0)
    return values, ruled_out
