"""Rows become vectors of a known norm, whatever they hold."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from shared.events import FeatureValue
from shared.model import checks
from shared.model.features import NORM, FeatureEncoder, choose_crosses
from shared.model.hashing import draws
from shared.model.numbers import MISSING, NumberBins
from shared.model.sparse import SparseRows
from shared.model.values import Row, numbers, remembered
from shared.project import FieldKind

FIELDS = checks.PROJECT.fields
ROWS = [row for row, _ in checks.examples(60)]


def encoder(fields: Mapping[str, FieldKind] = FIELDS) -> FeatureEncoder:
    return FeatureEncoder.fit(fields, ROWS, labels=3)


def same(one: SparseRows, other: SparseRows) -> bool:
    return (
        np.array_equal(one.columns, other.columns)
        and np.array_equal(one.values, other.values)
        and np.array_equal(one.ends, other.ends)
    )


def test_each_part_of_a_row_has_the_same_norm() -> None:
    table = {name: kind for name, kind in FIELDS.items() if kind is not FieldKind.TEXT}
    for row in (*ROWS, *checks.ODD_ROWS):
        vector = encoder(table).encode([row]).sparse
        assert np.square(vector.values).sum() == pytest.approx(NORM**2, rel=1e-5)
    both = encoder().encode([{"note": "two words"}]).sparse
    assert np.square(both.values).sum() == pytest.approx(2 * NORM**2, rel=1e-5)


def test_rows_are_multiplied_as_scipy_multiplies_them() -> None:
    sparse = encoder().encode(ROWS).sparse
    matrix = csr_matrix((sparse.values, sparse.columns, sparse.ends), (len(ROWS), sparse.width))
    dense = np.random.default_rng(1).random((sparse.width, 3)).astype(np.float32)
    few = dense[: len(ROWS)]
    assert np.array_equal(sparse.times(dense), matrix @ dense)
    assert np.array_equal(sparse.transposed_times(few), matrix.T @ few)
    with pytest.raises(ValueError, match="does not go with"):
        sparse.times(few)


def test_words_are_the_same_beside_others_that_are_not_ascii() -> None:
    read = encoder().encode([{"note": "It's FINE, a_b 12-3"}, {"note": "It's FINE, a_b 12-3 é"}])
    assert read.words is not None
    alone, beside = read.words.words[:6], read.words.words[6:]
    assert alone == [b" it", b" s", b" fine", b" a_b", b" 12", b" 3"]
    assert beside == [*alone, " é".encode()]


def test_no_rows_are_no_vectors() -> None:
    assert len(encoder().encode([]).sparse) == 0


def test_an_encoder_survives_its_state() -> None:
    again = FeatureEncoder.from_state(encoder().state())
    rows = [*ROWS, *checks.ODD_ROWS]
    assert same(again.encode(rows).sparse, encoder().encode(rows).sparse)


values: st.SearchStrategy[FeatureValue] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)
)


@given(st.dictionaries(st.sampled_from(list(FIELDS)), values))
def test_what_is_remembered_of_a_row_encodes_the_same(row: dict[str, FeatureValue]) -> None:
    frozen = encoder()
    assert same(frozen.encode([row]).sparse, frozen.encode([remembered(row, FIELDS)]).sparse)


def test_values_that_mean_the_same_encode_the_same() -> None:
    frozen = encoder()
    pairs: list[tuple[Row, Row]] = [
        ({"country": 7}, {"country": "7"}),
        ({"country": 7.0}, {"country": "7"}),
        ({"returning": True}, {"returning": "Yes"}),
        ({"amount": "12"}, {}),
        ({"note": "Some Words"}, {"note": "some words!"}),
    ]
    for one, other in pairs:
        assert same(frozen.encode([one]).sparse, frozen.encode([other]).sparse)


def test_columns_do_not_depend_on_other_fields() -> None:
    few = {"country": FieldKind.CATEGORY, "amount": FieldKind.NUMBER}
    more = {**few, "returning": FieldKind.BOOLEAN}
    row: Row = {"country": "de", "amount": 50, "returning": True}
    known = set(encoder(few).encode([row]).sparse.columns.tolist())
    assert known <= set(encoder(more).encode([row]).sparse.columns.tolist())


def test_combinations_lie_in_the_upper_half() -> None:
    table = {name: kind for name, kind in FIELDS.items() if kind is not FieldKind.TEXT}
    vectors = encoder(table).encode([*ROWS, *checks.ODD_ROWS]).sparse
    singles = 1 + 2 * 2 + 2
    lower = vectors.lower
    assert np.diff(lower.rows.ends).tolist() == [singles] * len(vectors)
    assert lower.columns.max() < vectors.width // 2
    assert set(lower.columns[lower.rows.columns]) < set(vectors.columns)


def test_columns_of_another_layout_are_refused() -> None:
    state = encoder().state()
    old = replace(state, document={**state.document, "layout": 1})
    with pytest.raises(ValueError, match="another version"):
        FeatureEncoder.from_state(old)


def test_bins_hold_equal_shares_and_missing_values_one_of_their_own() -> None:
    rows = [{"x": float(i)} for i in range(1200)]
    _, bins = NumberBins.fit(["x"], rows).encode(numbers([*rows, {}], ["x"]))
    assert np.bincount(bins[0]).tolist() == [100] * 12 + [1]
    assert bins[0, -1] == MISSING


def test_few_values_get_a_bin_each_however_rare() -> None:
    rows = [{"x": 0}] * 97 + [{"x": 1}, {"x": 2}, {"x": 3}]
    _, bins = NumberBins.fit(["x"], rows).encode(numbers([{"x": i} for i in range(4)], ["x"]))
    assert bins[0].tolist() == [0, 1, 2, 3]


def test_a_field_keeps_its_bins_until_more_rows_are_at_hand() -> None:
    rows = [{"x": i} for i in range(100)]
    first = NumberBins.fit(["x"], rows)
    assert NumberBins.fit(["x", "y"], rows[50:], first).edges[0].tolist() == first.edges[0].tolist()
    assert NumberBins.fit(["x"], [*rows, {"x": 900}], first).rows.tolist() == [101]


def test_combinations_are_within_bounds_and_differ() -> None:
    for count in (0, 1, 2, 5, 20, 500):
        for combined in choose_crosses([f"field{i}" for i in range(count)]):
            columns = {tuple(sorted(column)) for column in combined.T.tolist()}
            assert all(len(set(column)) == len(combined) for column in columns)
            assert combined.size == 0 or combined.max() < count


def test_draws_are_a_function_of_the_seed() -> None:
    assert draws(7, 100, 10).tolist() == draws(7, 100, 10).tolist() != draws(8, 100, 10).tolist()
    assert set(draws(7, 1000, 10).tolist()) == set(range(10))


def test_rows_that_are_split_are_as_if_encoded_one_by_one() -> None:
    whole = encoder()
    for row, split in zip(ROWS, whole.encode(ROWS).split(), strict=True):
        alone = whole.encode([row])
        assert split.sparse.columns.tolist() == alone.sparse.columns.tolist()
        assert split.sparse.values.tobytes() == alone.sparse.values.tobytes()
        assert split.values.numbers.tobytes() == alone.values.numbers.tobytes()
        assert split.values.categories.tolist() == alone.values.categories.tolist()
        assert split.text is not None
        assert alone.text is not None
        assert split.text.values.tobytes() == alone.text.values.tobytes()
