from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from spanwise_alerts.command import main
from tests.support.webhook import Delivery, Reply, Server


def test_only_what_was_given_up_is_asked_for():
    asked: list[Delivery] = []

    def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(body=b"[]")

    with Server(answer) as server:
        assert main(["dead-letters", "--receiver", "team", "--url", server.url]) == 0
    query = parse_qs(urlsplit(asked[0].path).query)
    assert (query["status"], query["receiver"]) == (["dead"], ["team"])
