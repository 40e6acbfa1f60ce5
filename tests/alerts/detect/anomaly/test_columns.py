import numpy as np
import pytest

from spanwise_alerts.detect.anomaly.columns import Column, Columns

LAYOUT = {"a": Column(1.5), "b": Column(width=3, dtype="f4"), "c": Column(-1, dtype="i8")}


def filled(rows=4):
    columns = Columns(LAYOUT, rows)
    columns["a"][:] = np.arange(rows)
    columns["b"][:] = np.arange(3 * rows).reshape(rows, 3)
    return columns


def test_new_rows_are_filled_and_old_ones_stay():
    columns = filled(2)
    columns.grow(5)
    assert columns["a"].tolist() == [0.0, 1.0, 1.5, 1.5, 1.5]
    assert columns["b"][:2].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert columns["c"].tolist() == [-1] * 5


def test_rows_come_back_as_they_were_into_another_place():
    packed = filled().pack(1, 3)
    other = Columns(LAYOUT, 6)
    other.unpack(4, 6, packed)
    assert other["a"].tolist() == [1.5] * 4 + [1.0, 2.0]
    assert other["b"][4:].tolist() == [[3, 4, 5], [6, 7, 8]]


def test_rows_that_are_kept_close_up():
    columns = filled()
    columns.keep(np.array([3, 1]))
    assert columns["a"].tolist() == [3.0, 1.0]
    assert columns["b"].tolist() == [[9, 10, 11], [3, 4, 5]]


def test_the_bytes_of_a_row_are_told():
    assert filled().row_bytes == 8 + 3 * 4 + 8


@pytest.mark.parametrize("change", [lambda packed: packed.pop("a"), lambda packed: packed.update(a=b"12345678")])
def test_rows_of_another_layout_are_refused(change):
    packed = filled().pack(0, 2)
    change(packed)
    with pytest.raises(ValueError, match=r"columns|reshape"):
        Columns(LAYOUT, 2).unpack(0, 2, packed)
