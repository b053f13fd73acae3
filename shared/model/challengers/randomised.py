"""Extremely randomised trees by scikit-learn, taken over into plain arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.model.challengers.task import Task
from shared.model.codebook import CodeBook
from shared.model.voices.forest import GRAIN, ForestVoice, Trees

TREES = 50
DEEPEST = 16
EXAMPLES = 4_000
"""The last ones only: so the forest also follows what changes."""
_LEAF = np.iinfo(np.uint8).max


def randomised(task: Task) -> ForestVoice:
    """Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) on the last examples.

    A split is the best of one random cut in each field: trees differ by their cuts alone.
    """
    from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415 - heavy

    book = CodeBook.fit(task.table, task.targets)
    codes = book.encode(task.table)[-EXAMPLES:]
    model = ExtraTreesClassifier(
        TREES,
        min_samples_leaf=2,
        max_depth=DEEPEST,
        max_features=1.0,
        n_jobs=1,
        random_state=0,
    )
    model.fit(codes, task.answers[-EXAMPLES:], task.weights[-EXAMPLES:])
    labels = task.targets.shape[1]
    return ForestVoice(
        book, _joined([tree.tree_ for tree in model.estimators_], model.classes_, labels)
    )


def _joined(grown: list[Any], classes: NDArray[np.int64], labels: int) -> Trees:
    """Trees one after the other, their nodes renumbered level by level."""
    parts, roots, start = [], [], 0
    for tree in grown:
        left, right = tree.children_left, tree.children_right
        leaf = left < 0
        order = _by_level(left, right)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order)) + start
        shares = np.zeros((len(order), labels))
        shares[:, classes] = tree.value[:, 0] / tree.value[:, 0].sum(axis=1, keepdims=True)
        shares[~leaf] = 0
        parts.append(
            (
                np.where(leaf, 0, tree.feature)[order],
                np.where(leaf, _LEAF, np.floor(tree.threshold))[order],
                np.where(leaf, place, place[left])[order],
                np.rint(shares * GRAIN)[order],
            )
        )
        roots.append(start)
        start += len(order)
    fields, thresholds, children, leaves = (np.concatenate(p) for p in zip(*parts, strict=True))
    return Trees(
        np.array(roots, np.int64),
        fields.astype(np.int64),
        thresholds.astype(np.uint8),
        children.astype(np.int64),
        leaves.astype(np.int32),
        max(int(tree.max_depth) for tree in grown),
    )


def _by_level(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Nodes from the root on, siblings side by side."""
    order, level = [0], [0]
    while level:
        inner = [node for node in level if left[node] >= 0]
        level = [int(child) for node in inner for child in (left[node], right[node])]
        order += level
    return np.array(order)
