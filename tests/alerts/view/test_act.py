from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from spanwise_alerts.people.links import Link, digest_of
from spanwise_alerts.people.secret import FILE
from tests.alerts.builders import a_letter
from tests.support.clock import Clock
from tests.support.desk import START_S, Desk, desk

WHERE = {"external_url": "https://alerts.example.com/spanwise"}


def posted(name: str, **labels: str) -> dict[str, Any]:
    return {"labels": {"alertname": name, **labels}, "annotations": {"summary": f"{name} is slow"}}


def path_of(made: Desk, deed: str, mark: str = "", group: str = "", who: str = "ada@example.com") -> str:
    links = made.signing.links()
    assert links is not None
    url = links.url(Link(deed, mark, group, START_S, START_S + 3600, who))  # pyright: ignore[reportArgumentType]
    assert url.startswith(WHERE["external_url"])
    return urlsplit(url).path.removeprefix("/spanwise")


async def only(made: Desk) -> dict[str, Any]:
    (alert,) = await made.get("/api/v1/alerts")
    return alert


class Tags(HTMLParser):
    """All tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_to_look_at_a_link_acts_on_nothing(tmp_path: Path, method: str):
    async with desk(tmp_path, **WHERE) as made:
        await made.post(posted("a"))
        before = await only(made)
        answer = await made.client.request(method, path_of(made, "acknowledge", before["fingerprint"]))
        assert await only(made) == before
        assert await made.get("/api/v1/history", what="acknowledge") == []
    assert answer.status_code == 200


async def test_the_button_acknowledges_for_whoever_the_message_was(tmp_path: Path):
    async with desk(tmp_path, **WHERE) as made:
        await made.post(posted("a"))
        path = path_of(made, "acknowledge", (await only(made))["fingerprint"])
        page = await made.client.get(path)
        done = await made.client.post(path)
        alert = await only(made)
    assert "Acknowledge: a" in page.text
    assert 'value="ada@example.com"' in page.text
    assert (done.status_code, alert["acknowledged"]["by"]) == (200, "ada@example.com")
    assert "by ada@example.com" in done.text
    assert "acknowledged by ada@example.com" in done.text


async def test_whoever_fills_the_form_says_who_and_why(tmp_path: Path):
    async with desk(tmp_path, **WHERE) as made:
        await made.post(posted("a"))
        path = path_of(made, "snooze", (await only(made))["fingerprint"])
        await made.client.post(path, data={"who": "Grace Ö", "comment": "at night & quiet"})
        alert = await only(made)
    assert alert["snoozed"] == {
        "by": "Grace Ö", "at": "2023-11-14T22:13:20.000Z", "comment": "at night & quiet",
        "until": "2023-11-15T00:13:20.000Z",
    }  # fmt: skip
    assert alert["acknowledged"] is None


async def test_a_link_about_a_group_acts_on_all_of_it_that_had_begun(tmp_path: Path):
    route = {"receiver": "team", "group_by": ["service"], "group_wait": "0s"}
    receivers = [{"name": "team", "webhook": {"url": "https://hooks.example.com/"}}]
    clock = Clock(START_S)
    async with desk(tmp_path, clock=clock, route=route, receivers=receivers, **WHERE) as made:
        await made.post(posted("a", service="x"), posted("b", service="x"), posted("c", service="y"))
        path = path_of(made, "acknowledge", group=digest_of('{}:{service="x"}'))
        clock.now_s += 60
        await made.post(posted("d", service="x"))
        page = await made.client.get(path)
        await made.client.post(path)
        found = await made.get("/api/v1/alerts")
    assert "Acknowledge: 2 alerts" in page.text
    assert sorted(alert["rule"] for alert in found if alert["acknowledged"]) == ["a", "b"]


async def test_a_link_of_an_earlier_firing_does_nothing_to_a_later_one(tmp_path: Path):
    clock = Clock(START_S)
    async with desk(tmp_path, clock=clock, **WHERE) as made:
        await made.post(posted("a"))
        path = path_of(made, "acknowledge", (await only(made))["fingerprint"])
        clock.now_s += 10
        await made.post({**posted("a"), "endsAt": "2023-11-14T22:13:25Z"})
        over = await made.client.get(path)
        clock.now_s += 10
        await made.post(posted("a"))
        answers = [await made.client.get(path), await made.client.post(path)]
        assert (await only(made))["acknowledged"] is None
    assert [answer.status_code for answer in (over, *answers)] == [410, 410, 410]
    assert "It is over" in answers[1].text


async def test_a_link_that_is_too_old_changed_or_cut_does_nothing(tmp_path: Path):
    clock = Clock(START_S)
    async with desk(tmp_path, clock=clock, **WHERE) as made:
        await made.post(posted("a"))
        path = path_of(made, "acknowledge", (await only(made))["fingerprint"])
        wrong = [
            path[:-1],
            path + "A",
            path[:9] + ("A" if path[9] != "A" else "B") + path[10:],
            "/act/x",
            "/act/" + "x" * 3000,
        ]
        answers = [await made.client.post(each) for each in wrong]
        clock.now_s += 3600
        old = await made.client.post(path)
        assert (await only(made))["acknowledged"] is None
    assert [answer.status_code for answer in answers] == [403] * len(wrong)
    assert (old.status_code, "too old" in old.text) == (410, True)


async def test_without_an_external_url_links_do_nothing(tmp_path: Path):
    async with desk(tmp_path) as made:
        answer = await made.client.get("/act/x")
    assert answer.status_code == 403
    assert "has no `external_url`" in answer.text
    assert not (tmp_path / FILE).exists()


async def test_a_comment_beyond_the_limit_is_refused_and_said(tmp_path: Path):
    async with desk(tmp_path, **WHERE) as made:
        await made.post(posted("a"))
        path = path_of(made, "acknowledge", (await only(made))["fingerprint"])
        long = await made.client.post(path, data={"comment": "c" * 2001})
        longer = await made.client.post(path, data={"comment": "c" * 100_000})
        assert (await only(made))["acknowledged"] is None
    assert (long.status_code, longer.status_code) == (400, 413)
    assert "comment: got 2001 characters, expected at most 2000" in long.text


async def test_the_page_runs_and_loads_nothing_and_says_strangers_texts_as_texts(tmp_path: Path):
    async with desk(tmp_path, **WHERE) as made:
        evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
        await made.post(posted(evil, model=evil))
        path = path_of(made, "acknowledge", (await only(made))["fingerprint"], who=evil)
        page = await made.client.get(path)
        done = await made.client.post(path, data={"who": evil, "comment": evil})
    for answer in (page, done):
        tags = Tags(answer.text).found
        assert {tag for tag, _ in tags} <= {
            "html", "head", "meta", "title", "style", "body", "main", "h1", "p", "ul", "li", "span", "strong", "form",
            "label", "input", "textarea", "button",
        }  # fmt: skip
        assert not [
            name for _, given in tags for name in given if name.startswith("on") or name in {"src", "href", "style"}
        ]
        check_headers(answer)


def check_headers(answer: httpx.Response) -> None:
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    # with `no-referrer` a browser would send `Origin: null` with the form, which nobody could tell from a foreign page
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_foreign_page_cannot_press_the_button_and_ours_can_behind_a_proxy(tmp_path: Path):
    async with desk(tmp_path, **WHERE) as made:
        await made.post(posted("a"))
        path = path_of(made, "acknowledge", (await only(made))["fingerprint"])
        foreign = await made.client.post(path, headers={"origin": "https://evil.example"})
        assert (await only(made))["acknowledged"] is None
        ours = await made.client.post(path, headers={"origin": "https://alerts.example.com"})
    assert (foreign.status_code, ours.status_code) == (403, 200)


async def test_the_links_of_a_letter_lead_to_pages_that_act(tmp_path: Path):
    async with desk(tmp_path, **WHERE) as made:
        await made.post(posted("a"))
        mark = (await only(made))["fingerprint"]
        letter = await made.signing.dress(a_letter(fingerprint=mark, starts_at_s=START_S))
        for url in letter.actions.values():
            assert (await made.client.post(urlsplit(url).path.removeprefix("/spanwise"))).status_code == 200
        alert = await only(made)
    assert list(letter.actions) == ["Acknowledge", "Snooze 2h"]
    assert alert["acknowledged"]
    assert re.fullmatch(r"2023-11-15T00:13:20\.000Z", alert["snoozed"]["until"])
