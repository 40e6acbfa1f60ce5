from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import msgspec

from spanwise_alerts.evidence import Course, Evidence
from spanwise_alerts.notify.artist import Artist, picture_of
from spanwise_alerts.notify.chart import Picture, draw
from tests.alerts.builders import a_letter, a_message, a_notice

AT = [1_795_000_000.0 + n * 60.0 for n in range(31)]
COURSE = Course("llm.duration p95", "s", AT, [2.0] * 31, 8.0)
PICTURE = picture_of(COURSE, a_notice(starts_at_s=AT[20]))


@asynccontextmanager
async def artist(**options: Any) -> AsyncIterator[Artist]:
    made = Artist(**{"patience_s": 60.0, **options})
    try:
        yield made
    finally:
        await made.close()


async def test_the_courses_of_a_mail_are_drawn():
    letter = replace(a_letter("team/email/a@b"), evidence={a_notice().fingerprint: Evidence(course=COURSE)})
    async with artist() as made:
        dressed = await made.dress(letter)
    assert dressed.evidence[a_notice().fingerprint].chart == draw(picture_of(COURSE, a_notice()))


async def test_no_picture_is_made_for_who_shows_none_and_of_what_has_no_course():
    evidence = {a_notice().fingerprint: Evidence(course=COURSE)}
    async with artist() as made:
        chat = replace(a_letter("email/webhook"), evidence=evidence)
        assert await made.dress(chat) is chat
        mail = replace(a_letter("team/email/a@b"), evidence={a_notice().fingerprint: Evidence()})
        assert await made.dress(mail) == mail
        assert made._process is None


async def test_pictures_of_one_message_are_drawn_once_whoever_gets_it():
    async with artist() as made:
        first = await made.draw(PICTURE)
        process = made._process
        assert process is not None
        process.kill()
        await process.wait()
        assert await made.draw(PICTURE) == first


async def test_pictures_asked_for_at_once_are_not_mixed_up():
    pictures = [msgspec.structs.replace(PICTURE, title=f"p{n}") for n in range(3)]
    async with artist() as made:
        found = await asyncio.gather(*map(made.draw, pictures))
    assert found == [draw(picture) for picture in pictures]


async def test_a_process_that_died_is_replaced():
    async with artist() as made:
        await made.draw(PICTURE)
        assert made._process is not None
        made._process.kill()
        await made._process.wait()
        other = msgspec.structs.replace(PICTURE, title="other")
        assert await made.draw(other) == draw(other)


async def test_a_mail_goes_without_its_picture_where_drawing_takes_too_long(caplog: Any):
    async with artist(patience_s=0.0) as made:
        assert await made.draw(PICTURE) == b""
        assert made._process is None
    assert "could not be drawn" in caplog.text


async def test_what_cannot_be_drawn_keeps_no_mail_back():
    nothing = Picture("x", "s", [], [], (0.0, 0.0), "info")
    async with artist() as made:
        assert await made.draw(nothing) == b""
        assert await made.draw(PICTURE) == draw(PICTURE)


async def test_without_work_the_process_ends_and_comes_back():
    async with artist(idle_s=0.0) as made:
        await made.draw(PICTURE)
        process = made._process
        assert process is not None
        assert await asyncio.wait_for(process.wait(), 60) == 0
        other = msgspec.structs.replace(PICTURE, title="other")
        assert await made.draw(other) == draw(other)


async def test_who_stops_waiting_does_not_give_its_picture_to_the_next():
    async with artist() as made:
        first, second = (msgspec.structs.replace(PICTURE, title=title) for title in ("first", "second"))
        await made.draw(PICTURE)
        waiting = asyncio.create_task(made.draw(first))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert await made.draw(second) == draw(second)


async def test_a_mail_waits_once_for_all_of_its_pictures(caplog: Any):
    notices = [a_notice(fingerprint=f"{n:016x}") for n in range(5)]
    evidence = {each.fingerprint: Evidence(course=COURSE) for each in notices}
    letter = replace(a_letter("team/email/a@b"), message=a_message(*notices), evidence=evidence)
    async with artist(patience_s=0.0) as made:
        assert not any(each.chart for each in (await made.dress(letter)).evidence.values())
    assert caplog.text.count("could not be drawn") == 1


def test_the_alert_manager_itself_does_not_carry_what_draws():
    asked = "import sys, spanwise_alerts.app; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], timeout=60, check=False).returncode == 0


def test_a_breach_is_framed_by_its_beginning_and_its_end_or_now():
    assert PICTURE.breach_s == (AT[20], AT[-1])
    over = a_notice(starts_at_s=AT[20], status="resolved", ends_at_s=AT[25])
    assert picture_of(COURSE, over).breach_s == (AT[20], AT[25])
