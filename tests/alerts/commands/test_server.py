from __future__ import annotations

import argparse

import pytest

from spanwise_alerts.commands.server import Server, add_url
from spanwise_alerts.commands.terminal import CommandError
from tests.support.webhook import Delivery, Reply
from tests.support.webhook import Server as Stand


def test_answers_are_json_and_an_empty_one_is_nothing():
    asked: list[Delivery] = []

    def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(body=b"[1]" if delivery.body is None and "q=" in delivery.path else b"")

    with Stand(answer) as stand:
        server = Server(f"{stand.url}/")
        assert server.get("/x", q=["a", "b"]) == [1]
        assert server.post("/y", {"a": 1}) is None
    assert asked[0].path == "/x?q=a&q=b"
    assert (asked[1].path, asked[1].body) == ("/y", {"a": 1})


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(400, body=b'"bad matcher format: x"'), "bad matcher format: x"),
        (Reply(500, body=b"{}"), r"answered 500: \{\}"), (Reply(body=b"<html>"), "expected the address of a running"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_in_the_servers_words(reply: Reply, wanted: str):
    with Stand(lambda _: reply) as stand, pytest.raises(CommandError, match=wanted):
        Server(stand.url).get("/")


def test_nobody_there_is_said():
    with pytest.raises(CommandError, match=r"http://127\.0\.0\.1:1 cannot be asked"):
        Server("http://127.0.0.1:1").get("/")


def test_the_usual_address_is_the_default():
    parser = argparse.ArgumentParser()
    add_url(parser)
    assert vars(parser.parse_args([])) == {"url": "http://127.0.0.1:9093", "json": False}
