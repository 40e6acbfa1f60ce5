import http.client
import json
from urllib.parse import urlsplit

import pytest

from spanwise.doctor import loopback
from spanwise.doctor.speech.openai_chat import OpenAIChat


@pytest.fixture
def server():
    with loopback.serve() as running:
        yield running


def post(server, **body):
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=10)
    connection.request("POST", "/v1/chat/completions", json.dumps(body))
    response = connection.getresponse()
    told = response.read()
    connection.close()
    return response, told


def test_statuses_are_answered_in_order_and_then_all_is_well(server):
    server.play(OpenAIChat(), 429, 500)
    assert [post(server)[0].status for _ in range(3)] == [429, 500, 200]
    assert server.requests == 3


def test_stream_is_chunked_and_whole_answer_has_a_length(server):
    server.play(OpenAIChat())
    assert post(server, stream=True)[0].headers["transfer-encoding"] == "chunked"
    assert int(post(server)[0].headers["content-length"]) > 0


def test_rest_of_a_stream_waits_half_way(server):
    server.play(OpenAIChat(), halt=True)
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=10)
    connection.request("POST", "/v1/chat/completions", b'{"stream":true}')
    response = connection.getresponse()
    begun = [response.readline() for _ in range(8)]
    assert all(word in b"".join(begun) for word in (b"The ", b"Danube ", b"flows ", b"east."))
    server.half_way.set()
    assert b"[DONE]" in response.read()
    connection.close()


def test_body_that_is_sent_in_chunks_is_read(server):
    server.play(OpenAIChat())
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=10)
    connection.request("POST", "/v1/chat/completions", iter([b'{"stream":', b"true}"]), encode_chunked=True)
    assert b"[DONE]" in connection.getresponse().read()
    connection.close()


def test_play_forgets_what_was(server):
    server.play(OpenAIChat(), 500)
    server.play(OpenAIChat())
    assert not server.asked.is_set()
    assert post(server)[0].status == 200
    assert server.asked.is_set()


def test_client_that_goes_away_in_a_stream_is_no_fault(server, capfd):
    server.play(OpenAIChat())
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=10)
    connection.request("POST", "/v1/chat/completions", b'{"stream":true}')
    connection.getresponse().read(1)
    connection.close()
    assert post(server)[0].status == 200
    assert capfd.readouterr().err == ""
