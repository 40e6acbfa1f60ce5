import json
from base64 import b64encode

import pytest

from spanwise.content import bedrock_invoke as reader

SAID = [{"role": "assistant", "parts": [{"type": "text", "content": "Ab"}]}]
ASKED = [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
CHAT = {"messages": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize(
    "body",
    [
        {"anthropic_version": "bedrock-2023-05-31", **CHAT},
        {"schemaVersion": "messages-v1", "messages": [{"role": "user", "content": [{"text": "Hi"}]}]},
        CHAT,
        {"message": "Hi"},
        {"prompt": "Hi"},
        {"inputText": "Hi", "textGenerationConfig": {}},
    ],
)
def test_a_request_is_read_in_the_form_of_its_family(body):
    assert reader.given(json.dumps(body).encode()).messages == ASKED


@pytest.mark.parametrize(
    "body",
    [
        {"type": "message", "content": [{"type": "text", "text": "Ab"}]},
        {"output": {"message": {"content": [{"text": "Ab"}]}}},
        {"choices": [{"message": {"role": "assistant", "content": "Ab"}}]},
        {"choices": [{"text": "Ab"}]},
        {"generation_id": "g", "text": "Ab"},
        {"message": {"role": "assistant", "content": [{"type": "text", "text": "Ab"}]}},
        {"generation": "Ab"},
    ],
)
def test_an_answer_is_read_in_the_form_of_its_family(body):
    assert reader.answered(json.dumps(body).encode()) == SAID


@pytest.mark.parametrize(
    "events",
    [
        [
            {"type": "message_start", "message": {}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "A"}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "b"}},
        ],
        [
            {"messageStart": {"role": "assistant"}},
            {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "A"}}},
            {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "b"}}},
        ],
        [{"choices": [{"index": 0, "delta": {"content": text}}]} for text in "Ab"],
        [{"event_type": "text-generation", "text": text} for text in "Ab"],
        [{"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}} for text in "Ab"],
        [{"generation": text} for text in "Ab"],
    ],
)
def test_a_stream_is_read_in_the_form_that_its_first_event_shows(events):
    chunks = [{"chunk": {"bytes": b64encode(json.dumps(event).encode()).decode()}} for event in events]
    assert reader.streamed([json.dumps(chunk).encode() for chunk in chunks], b"") == SAID


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"chunk":{"bytes":"?"}}', b'{"chunk":{"bytes":7}}', b"\xff"])
def test_a_broken_body_says_nothing(body):
    assert reader.given(body).messages == reader.answered(body) == reader.streamed([body], body) == []
