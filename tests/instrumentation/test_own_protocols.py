"""Bedrock, Cohere, Ollama and DashScope over real sockets: the span tells what the provider meant."""

import json
from urllib.parse import quote

import httpx
import pytest
from opentelemetry.trace import StatusCode

from tests.support.protocols import server
from tests.support.protocols.shape import Say

ASK = {"messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "Where does the Danube flow?"}]}]}
CLAUDE = {**ASK, "anthropic_version": "bedrock-2023-05-31", "max_tokens": 99}
NOVA = {**CONVERSE, "inferenceConfig": {"maxTokens": 99}}
COHERE = {**ASK, "model": "command-a-03-2025"}
COHERE_V1 = {"message": "Where?", "model": "command-r"}
OLLAMA = {**ASK, "model": "llama3.2"}
QWEN = {"model": "qwen-plus", "input": ASK}
QWEN_VL = {"model": "qwen-vl-plus", "input": {"messages": [{"role": "user", "content": [{"text": "Where?"}]}]}}
TEXT = "/api/v1/services/aigc/text-generation/generation"
MULTIMODAL = "/api/v1/services/aigc/multimodal-generation/generation"
SSE = {"X-DashScope-SSE": "enable"}
TOOL = ("call_1", "weather", '{"city":"Wien"}')


def model(name: str, action: str) -> str:
    return f"/model/{quote(name, safe='')}/{action}"


CLAUDE_ID = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA_ID = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0"

PLAIN = {
    "converse": (model(CLAUDE_ID, "converse"), CONVERSE, {}),
    "invoke claude": (model(CLAUDE_ID, "invoke"), CLAUDE, {}),
    "invoke nova": (model(NOVA_ID, "invoke"), NOVA, {}),
    "invoke llama": (model("meta.llama3-8b-instruct-v1:0", "invoke"), {"prompt": "Where?"}, {}),
    "cohere": ("/v2/chat", COHERE, {}),
    "cohere v1": ("/v1/chat", COHERE_V1, {}),
    "cohere embed": ("/v2/embed", {"model": "embed-v4.0", "texts": ["a"], "embedding_types": ["float"]}, {}),
    "cohere rerank": ("/v2/rerank", {"model": "rerank-v3.5", "query": "q", "documents": ["a"]}, {}),
    "ollama chat": ("/api/chat", {**OLLAMA, "stream": False}, {}),
    "ollama generate": ("/api/generate", {"model": "llama3.2", "prompt": "Where?", "stream": False}, {}),
    "ollama embed": ("/api/embed", {"model": "nomic-embed-text", "input": "a"}, {}),
    "dashscope": (TEXT, QWEN, {}),
    "dashscope multimodal": (MULTIMODAL, QWEN_VL, {}),
    "dashscope embed": (
        "/api/v1/services/embeddings/text-embedding/text-embedding",
        {"model": "text-embedding-v4", "input": {"texts": ["a"]}},
        {},
    ),
}
STREAMED = {
    "converse": (model(CLAUDE_ID, "converse-stream"), CONVERSE, {}),
    "invoke claude": (model(CLAUDE_ID, "invoke-with-response-stream"), CLAUDE, {}),
    "invoke nova": (model(NOVA_ID, "invoke-with-response-stream"), NOVA, {}),
    "invoke llama": (model("meta.llama3-8b-instruct-v1:0", "invoke-with-response-stream"), {"prompt": "Where?"}, {}),
    "cohere": ("/v2/chat", {**COHERE, "stream": True}, {}),
    "cohere v1": ("/v1/chat", {**COHERE_V1, "stream": True}, {}),
    "ollama chat": ("/api/chat", OLLAMA, {}),
    "ollama generate": ("/api/generate", {"model": "llama3.2", "prompt": "Where?"}, {}),
    "dashscope": (TEXT, QWEN, SSE),
    "dashscope incremental": (TEXT, {**QWEN, "parameters": {"incremental_output": True}}, SSE),
    "dashscope multimodal": (MULTIMODAL, QWEN_VL, SSE),
}
TOOLED = [name for name in STREAMED if name not in {"invoke llama", "ollama generate", "dashscope multimodal"}]


@pytest.fixture
def speaker():
    with server.serve() as running:
        yield running


@pytest.fixture
def client(speaker):
    with httpx.Client(base_url=speaker.address) as made:
        yield made


def drain(client, case) -> bytes:
    path, body, headers = case
    with client.stream("POST", path, json=body, headers=headers) as response:
        return b"".join(response.iter_raw())


def agrees(span, told) -> None:
    attributes = {key: list(value) if isinstance(value, tuple) else value for key, value in span.attributes.items()}
    assert {key: attributes.get(key) for key in told} == dict(told)
    assert not attributes.keys() & {"error.type"} - told.keys()


@pytest.mark.parametrize("name", PLAIN)
def test_plain_answer_is_told_as_it_was_meant(speaker, client, spans, name):
    path, body, headers = PLAIN[name]
    response = client.post(path, json=body, headers=headers)
    (exchange,) = speaker.exchanges
    assert response.content == exchange.reply.parts[0]
    span = spans.one()
    agrees(span, exchange.reply.told)
    assert "gen_ai.request.stream" not in span.attributes
    if name != "cohere rerank":  # which bills searches, and tells no tokens
        assert "spanwise.usage.estimated" not in span.attributes


@pytest.mark.parametrize("name", STREAMED)
def test_stream_is_passed_on_untouched_and_told_as_it_was_meant(speaker, client, spans, name):
    read = drain(client, STREAMED[name])
    (exchange,) = speaker.exchanges
    assert read == b"".join(exchange.reply.parts)
    assert json.loads(exchange.call.body) == STREAMED[name][1]
    span = spans.one()
    agrees(span, exchange.reply.told)
    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert "spanwise.usage.estimated" not in span.attributes


@pytest.mark.parametrize("name", TOOLED)
def test_tool_call_in_a_stream_is_told_as_it_was_meant(speaker, client, spans, name):
    speaker.play(Say(tool=TOOL))
    drain(client, STREAMED[name])
    agrees(spans.one(), speaker.exchanges[0].reply.told)


@pytest.mark.parametrize("name", STREAMED)
def test_stream_left_early_is_estimated_and_no_error(client, spans, name):
    path, body, headers = STREAMED[name]
    with client.stream("POST", path, json=body, headers=headers) as response:
        for _ in response.iter_raw(16):
            break
    span = spans.one()
    assert span.status.status_code is StatusCode.UNSET
    if "dashscope" not in name:  # which tells the usage so far with every event
        assert span.attributes["spanwise.usage.estimated"] is True


@pytest.mark.parametrize("name", STREAMED)
def test_refusal_is_the_error(speaker, client, spans, name):
    speaker.play(Say(status=429))
    path, body, headers = STREAMED[name]
    assert client.post(path, json=body, headers=headers).status_code == 429
    span = spans.one()
    agrees(span, {"error.type": "429"})
    assert span.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize(
    ("name", "provider"),
    [("converse", "aws.bedrock"), ("cohere", "cohere"), ("ollama chat", "ollama"), ("dashscope", "dashscope")],
)
def test_provider_of_an_unknown_host_is_the_one_who_speaks_so(client, spans, name, provider):
    drain(client, STREAMED[name])
    assert spans.one().attributes["gen_ai.provider.name"] == provider
