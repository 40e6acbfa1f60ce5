import numpy as np

from spanwise_alerts.detect.anomaly.drawn import Drawn, pack, unpack

A, B = (("model", "a"),), (("model", "b"),)


def test_bands_come_back_as_they_were_each_name_written_once():
    drawn = [
        Drawn(60.0, [A, B], np.array([[1, 2, 0, 3, 0.5], [4, 5, -np.inf, np.inf, 1.5]], np.float32)),
        Drawn(120.0, [B], np.array([[7, 8, 6, 9, 2]], np.float32)),
    ]
    blob = pack(drawn)
    back = [band for each in unpack(blob) for band in each.bands()]
    assert [(band.series, band.at_s, band.value, band.lower, band.upper) for band in back] == [
        (A, 60.0, 1.0, 0.0, 3.0), (B, 60.0, 4.0, None, None), (B, 120.0, 7.0, 6.0, 9.0),
    ]  # fmt: skip
    assert [band.score for band in back] == [0.5, 1.5, 2.0]


def test_nothing_is_a_stretch_too():
    assert unpack(pack([])) == []
