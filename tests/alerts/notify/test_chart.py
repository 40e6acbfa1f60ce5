from __future__ import annotations

import io
import json
import struct
import subprocess
import sys

import msgspec
import pytest

from spanwise_alerts.notify.chart import HEIGHT, LENGTH_BYTES, WIDTH, Picture, described, draw, serve

AT = [1_795_000_000.0 + n * 60.0 for n in range(61)]
PICTURE = Picture(
    "llm.duration p95", "s", AT, [2.0] * 50 + [None] * 2 + [18.0] * 9, (AT[52], AT[-1]), "critical", threshold=15.0
)


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


def test_a_picture_is_twice_as_large_as_it_is_shown():
    assert size(draw(PICTURE)) == (2 * WIDTH, 2 * HEIGHT)


def test_threshold_band_and_breach_are_drawn():
    plain = draw(msgspec.structs.replace(PICTURE, threshold=None))
    with_band = draw(msgspec.structs.replace(PICTURE, threshold=None, lower=[1.0] * 61, upper=[3.0] * 61))
    other_breach = draw(msgspec.structs.replace(PICTURE, threshold=None, breach_s=(AT[10], AT[-1])))
    assert len({draw(PICTURE), plain, with_band, other_breach}) == 4
    assert draw(PICTURE) == draw(PICTURE)


def test_a_threshold_that_would_flatten_all_else_is_left_to_the_words():
    far = msgspec.structs.replace(PICTURE, values=[0.1] * 61)
    assert draw(far) == draw(msgspec.structs.replace(far, threshold=None))
    assert "threshold 15 s" in described(far)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "llm.cost sum $x$ \\frac{1", "unit": "USD"},
        {"at_s": AT[:1], "values": [1.0], "breach_s": (AT[0], AT[0])},
        {"values": [0.0] * 61},
        {"values": [-5.0] * 61, "unit": "1", "threshold": -3.0},
        {"values": [1e-9] * 61, "threshold": 1e12},
        {"lower": [None] * 61, "upper": [3.0] * 61, "threshold": None},
        {"lower": [1.0] * 61, "upper": [None] * 61, "threshold": None},
        {"breach_s": (AT[0] - 9000.0, AT[0] - 8000.0)},
        {"at_s": [at * 1.0 + n * 86_400 for n, at in enumerate(AT)]},
    ],
)
def test_whatever_the_numbers_are_it_is_drawn(changes):
    assert size(draw(msgspec.structs.replace(PICTURE, **changes))) == (2 * WIDTH, 2 * HEIGHT)


def test_who_sees_no_pictures_is_told_what_is_drawn():
    assert described(PICTURE) == (
        "llm.duration p95 from 2026-11-18 11:06 to 2026-11-18 12:06 UTC: between 2 s and 18 s, at last 18 s; "
        "threshold 15 s"
    )


def test_pictures_are_answered_in_the_order_in_which_they_were_asked():
    answers = io.BytesIO()
    other = msgspec.structs.replace(PICTURE, title="other")
    serve(io.BytesIO(b"\n".join(map(msgspec.json.encode, (PICTURE, other)))), answers)
    raw, found = answers.getvalue(), []
    while raw:
        length = int.from_bytes(raw[:LENGTH_BYTES], "big")
        found.append(raw[LENGTH_BYTES : LENGTH_BYTES + length])
        raw = raw[LENGTH_BYTES + length :]
    assert found == [draw(PICTURE), draw(other)]


def test_as_a_process_it_ends_with_its_questions():
    asked = json.dumps(msgspec.to_builtins(PICTURE)).encode()
    done = subprocess.run(
        [sys.executable, "-m", "spanwise_alerts.notify.chart"], input=asked, capture_output=True, timeout=60, check=True
    )
    assert done.stdout[LENGTH_BYTES:] == draw(PICTURE)
