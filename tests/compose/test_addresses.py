"""Whether every address can be listened on."""

import socket

import pytest

from spanwise_stack.addresses import refusals


def test_free_addresses_are_fine():
    assert refusals({"--http": "127.0.0.1:0", "--alerts": "localhost:0"}) == []


def test_each_address_in_use_is_told_with_the_flag_that_moves_it():
    with socket.socket() as one, socket.socket() as two:
        taken = []
        for listener in (one, two):
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            taken.append(f"127.0.0.1:{listener.getsockname()[1]}")
        assert refusals({"--http": taken[0], "--alerts": "127.0.0.1:0", "--otlp-http": taken[1]}) == [
            f"{taken[0]} is in use by another program; --http HOST:PORT moves it (port 0 takes a free one)",
            f"{taken[1]} is in use by another program; --otlp-http HOST:PORT moves it (port 0 takes a free one)",
        ]


@pytest.mark.parametrize(
    ("address", "why"), [("192.0.2.1:0", "is no address of this machine"), ("nowhere.invalid:0", "cannot be resolved")]
)
def test_what_is_no_address_of_this_machine_is_told(address, why):
    assert why in refusals({"--http": address})[0]
