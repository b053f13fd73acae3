"""The short cuts of sparse rows say what numpy's own ways say."""

import numpy as np
import pytest

from shared.model.experts.linear import picked, put
from shared.model.sparse import SparseRows, distinct


@pytest.mark.parametrize("count", [0, 1, 15, 3_000])
def test_the_columns_that_occur_are_found_whether_few_or_many(count: int) -> None:
    width = 4_096
    columns = np.random.default_rng(count).integers(0, width, count).astype(np.int32)

    found, places = distinct(columns, width)

    assert found.tolist() == np.unique(columns).tolist()
    assert found[places].tolist() == columns.tolist()
    assert found.dtype == places.dtype == np.dtype(np.int32)


def test_the_lower_half_keeps_each_row_in_its_order() -> None:
    columns = np.array([5, 1, 7, 0, 6, 2, 1, 3], np.int32)
    rows = SparseRows(columns, np.arange(8, dtype=np.float32), np.array([0, 3, 5, 8], np.int32), 8)

    lower = rows.lower

    assert lower.columns.tolist() == [0, 1, 2, 3]
    assert lower.columns[lower.rows.columns].tolist() == [1, 0, 2, 1, 3]
    assert lower.rows.values.tolist() == [1, 3, 5, 6, 7]
    assert lower.rows.ends.tolist() == [0, 1, 2, 5]


def test_rows_are_put_back_where_they_were_picked() -> None:
    table = np.zeros((6, 3), np.float32)
    columns = np.array([4, 1], np.int32)
    rows = picked(table, columns)
    rows += np.array([[1, 2, 3], [4, 5, 6]], np.float32)

    put(table, columns, rows)

    assert table[[4, 1]].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert not table[[0, 2, 3, 5]].any()
