"""Bedrock as botocore calls it: its requests leave through urllib3, so nothing of botocore itself is touched."""

import gc
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import botocore.config
import botocore.exceptions
import pytest

import spanwise
from tests.support.protocols import bedrock
from tests.support.protocols.server import serve
from tests.support.protocols.shape import Say

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = f"arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.{CLAUDE}"
TURNS = [{"role": "user", "content": [{"text": "Where does the Danube flow?"}]}]
BODY = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 20, "messages": []})


def client_of(address: str, **config: object):
    return boto3.client(
        "bedrock-runtime",
        region_name="eu-west-1",
        endpoint_url=address,
        aws_access_key_id="dummy",
        aws_secret_access_key="dummy",
        config=botocore.config.Config(**{"retries": {"total_max_attempts": 1}, **config}),
    )


@pytest.fixture
def server():
    with serve() as running:
        yield running


@pytest.fixture
def client(server):
    made = client_of(server.address)
    yield made
    made.close()


def converse(client, model):
    return client.converse(modelId=model, messages=TURNS)["output"]["message"]["content"][0]["text"]


def converse_stream(client, model):
    events = client.converse_stream(modelId=model, messages=TURNS)["stream"]
    return "".join(event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event)


def invoke(client, model):
    return json.loads(client.invoke_model(modelId=model, body=BODY)["body"].read())["content"][0]["text"]


def invoke_stream(client, model):
    events = client.invoke_model_with_response_stream(modelId=model, body=BODY)["body"]
    chunks = [json.loads(event["chunk"]["bytes"]) for event in events]
    return "".join(chunk["delta"]["text"] for chunk in chunks if "text" in chunk.get("delta", {}))


CALLS = pytest.mark.parametrize(
    "call", [converse, converse_stream, invoke, invoke_stream], ids=lambda call: call.__name__
)


@CALLS
@pytest.mark.parametrize("model", [CLAUDE, PROFILE], ids=["model", "profile"])
def test_span_tells_what_the_provider_told(server, client, spans, call, model):
    assert call(client, model) == "The Danube flows east."
    attributes = dict(spans.one().attributes)
    told = {key: tuple(value) if isinstance(value, list) else value for key, value in bedrock_truth(server).items()}
    assert {key: attributes.get(key) for key in told} == told
    assert attributes["gen_ai.provider.name"] == "aws.bedrock"
    assert "error.type" not in attributes
    assert "spanwise.usage.estimated" not in attributes
    assert ("gen_ai.response.time_to_first_chunk" in attributes) is call.__name__.endswith("stream")


def bedrock_truth(server) -> dict:
    return dict(server.exchanges[-1].reply.told)


def test_signature_is_of_the_body_that_leaves(server, client, spans):
    converse_stream(client, CLAUDE)
    sent = server.exchanges[0].call
    assert sent.headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
    assert json.loads(sent.body) == {"messages": TURNS}
    assert spans.one()


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_each_try_of_botocore_is_a_span(server, spans, mode, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    server.script = [Say(status=503), Say(status=429)]
    client = client_of(server.address, retries={"total_max_attempts": 3, "mode": mode})
    assert converse(client, CLAUDE) == "The Danube flows east."
    client.close()
    assert [span.attributes.get("error.type") for span in spans.all()] == ["503", "429", None]
    assert [span.attributes.get("http.request.resend_count") for span in spans.all()] == [None, 1, 2]


@CALLS
def test_error_is_raised_as_without_us_and_named_by_its_status(server, client, spans, call):
    server.script = [Say(status=400)]
    with pytest.raises(client.exceptions.ValidationException):
        call(client, CLAUDE)
    assert spans.one().attributes["error.type"] == "400"


def test_body_of_invoke_model_is_watched_however_it_is_read(server, client, spans):
    del server
    for read in (
        lambda body: b"".join(body.iter_chunks(10)),
        lambda body: b"".join(body.iter_lines()),
        lambda body: b"".join(iter(lambda: body.read(7), b"")),
        lambda body: body.read(),
    ):
        body = client.invoke_model(modelId=CLAUDE, body=BODY)["body"]
        assert json.loads(read(body))["stop_reason"] == "end_turn"
    assert [span.attributes["gen_ai.usage.output_tokens"] for span in spans.all()] == [9, 9, 9, 9]


def test_stream_left_early_ends_with_what_was_seen(server, client, spans):
    del server
    stream = client.converse_stream(modelId=CLAUDE, messages=TURNS)["stream"]
    next(iter(stream))
    assert spans.all() == ()
    stream.close()
    assert "error.type" not in spans.one().attributes
    assert spans.one().attributes["spanwise.usage.estimated"] is True


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_stream_dropped_unread_ends_its_span_when_collected(server, client, spans):
    del server
    stream = client.converse_stream(modelId=CLAUDE, messages=TURNS)["stream"]
    assert spans.all() == ()
    del stream
    gc.collect()
    assert spans.one().attributes["spanwise.usage.estimated"] is True


@dataclass
class Raw:
    """A server that answers every request with these bytes, one chunk each, and may cut the connection after them."""

    parts: list[bytes] = field(default_factory=list)
    cut: bool = False


@pytest.fixture
def raw():
    told = Raw()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format, *args):  # noqa: A002  the base class names it
            del format, args

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", bedrock.STREAM)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for part in told.parts:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            if told.cut:
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_exception_told_inside_a_stream_is_the_error(raw, spans):
    raw.parts = [bedrock.event("messageStart", {"role": "assistant"}), bedrock.exception("throttlingException")]
    client = client_of(raw.address)
    with pytest.raises(botocore.exceptions.EventStreamError, match="throttlingException"):
        converse_stream(client, CLAUDE)
    client.close()
    gc.collect()  # botocore leaves the stream open
    assert spans.one().attributes["error.type"] == "throttlingException"


def test_stream_cut_off_is_an_error(raw, spans):
    raw.parts, raw.cut = [bedrock.event("messageStart", {"role": "assistant"})], True
    client = client_of(raw.address)
    with pytest.raises(Exception, match=r"ended prematurely|Connection broken"):
        converse_stream(client, CLAUDE)
    client.close()
    assert spans.one().attributes["error.type"] in {"ProtocolError", "InvalidChunkLength"}


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_messages_are_read_however_the_bytes_are_cut(raw, spans, size):
    whole = b"".join(bedrock.event(kind, payload) for kind, payload in bedrock._events(Say()))
    raw.parts = [whole[at : at + size] for at in range(0, len(whole), size)]
    client = client_of(raw.address)
    assert converse_stream(client, CLAUDE) == "The Danube flows east."
    client.close()
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 9


def test_client_built_before_is_seen_and_no_longer_after_uninstrument(server, instrumented):
    client = client_of(server.address)
    spans = instrumented()
    converse(client, CLAUDE)
    spanwise.uninstrument()
    converse(client, CLAUDE)
    client.close()
    assert len(spans.all()) == 1
    assert len(server.exchanges) == 2
