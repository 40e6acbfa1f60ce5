from __future__ import annotations

import json

import pytest

from spanwise_alerts.commands.letters import whole
from spanwise_alerts.commands.server import Server
from spanwise_alerts.commands.terminal import CommandError
from tests.support.webhook import Delivery, Reply
from tests.support.webhook import Server as Stand

KEYS = ["abcdef" + "0" * 58, "abcdef" + "1" * 58, "beef00" + "2" * 58]


def test_the_beginning_of_a_key_is_enough_where_one_letter_has_it():
    asked: list[Delivery] = []

    def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(body=json.dumps([{"key": key} for key in KEYS]).encode())

    with Stand(answer) as stand:
        server = Server(stand.url)
        assert whole(server, ["beef00", "abcdef1"]) == [KEYS[2], KEYS[1]]
        for wrong, count in (("abcdef", 2), ("beef", 0), ("cafe00", 0)):
            with pytest.raises(CommandError, match=f"got '{wrong}', expected the key .* {count} begin so"):
                whole(server, [wrong])
        many = len(asked)
        assert whole(server, KEYS) == KEYS
        assert len(asked) == many
