import json

import pytest

from spanwise.apis.anthropic_messages import AnthropicMessages
from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from tests.instrumentation.apis.test_bad_input import is_sound, spoilt

API = AnthropicMessages()
PATH = "/v1/messages"
VERTEX = "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929"

# As the provider sends them: its own documentation, streaming with thinking and a tool.
STREAM = (
    (
        b'{"type":"message_start","message":{"model":"claude-sonnet-4-5-20250929","id":"msg_01LnMvcqFHTwnHtYvdk5qmGT",'
        b'"type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":'
        b'{"input_tokens":12,"cache_creation_input_tokens":300,"cache_read_input_tokens":1500,"cache_creation":'
        b'{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200},"output_tokens":1,'
        b'"service_tier":"standard","inference_geo":"global"}}   }'
    ),
    b'{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""} }',
    b'{"type": "ping"}',
    b'{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Vienna lies"}   }',
    b'{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQBCgIYAhIM1g"}   }',
    b'{"type":"content_block_stop","index":0  }',
    b'{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}          }',
    b'{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Let me \xc3\xa4sk."}          }',
    b'{"type":"content_block_stop","index":1    }',
    (
        b'{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6",'
        b'"name":"get_weather","input":{}}              }'
    ),
    b'{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}   }',
    b'{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\":"}   }',
    b'{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":" \\"Wien\\"}"}   }',
    b'{"type":"content_block_stop","index":2    }',
    (
        b'{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":12,'
        b'"cache_creation_input_tokens":300,"cache_read_input_tokens":1500,"output_tokens":89,'
        b'"output_tokens_details":{"thinking_tokens":31}}            }'
    ),
    b'{"type":"message_stop"           }',
)

MESSAGE = (
    b'{"model":"claude-opus-4-5-20251101","id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant",'
    b'"content":[{"type":"text","text":"Hi!"},{"type":"tool_use","id":"toolu_1","name":"search","input":{"q":"x"}},'
    b'{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"y"}}],'
    b'"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":0,'
    b'"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},'
    b'"output_tokens":7,"service_tier":"priority"}}'
)


def folded(*events: bytes | dict) -> Answer:
    answer = Answer()
    for event in events:
        assert not API.fold_event(event if isinstance(event, bytes) else json.dumps(event).encode(), answer)
    return answer


def started(**usage: object) -> dict:
    return {"type": "message_start", "message": {"id": "msg_1", "model": "m", "content": [], "usage": usage}}


def plain(**usage: object) -> Answer:
    answer = Answer()
    assert API.fold_body(json.dumps({"content": [], "usage": usage}).encode(), answer)
    return answer


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (PATH, True),
        ("/anthropic/v1/messages", True),
        (f"{VERTEX}:rawPredict", True),
        (f"{VERTEX}:streamRawPredict", True),
        (f"{PATH}/count_tokens", False),
        (f"{PATH}/batches", False),
        (f"{VERTEX}:countTokens", False),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict", False),
        ("/v1/projects/p/locations/l/publishers/mistralai/models/codestral:rawPredict", False),
        ("/model/anthropic.claude-sonnet-4-5-20250929-v1:0/invoke", False),
        ("/v1/threads/thread_1/messages", False),
        ("/v1/sessions/s/messages", False),
    ],
)
def test_only_calls_that_generate_a_message_are_recognised(path, known):
    assert API.recognises(path) is known


@pytest.mark.parametrize(
    ("path", "body", "asked"),
    [
        (
            PATH,
            b'{"model":"m","max_tokens":64,"temperature":0.5,"top_p":1,"stream":true,"output_config":{"effort":"high"}}',
            Asked("m", stream=True, max_tokens=64, temperature=0.5, top_p=1.0, reasoning_level="high"),
        ),
        (PATH, b'{"model":"m","max_tokens":"many"}', Asked("m")),
        (PATH, b'{"model":"m","max_tokens":123456789012345678901234567890}', Asked("m")),
        (PATH, b'{"model":7,"stream":"yes","top_p":[],"output_config":"high"}', Asked()),
        (PATH, b"", Asked()),
        (PATH, b'{"model":"\xff"}', Asked()),
        (PATH, b'{"model":"m","x":' + b"[" * 9999 + b"]" * 9999 + b"}", Asked()),
        (f"{VERTEX}:rawPredict", b'{"anthropic_version":"vertex-2023-10-16"}', Asked("claude-sonnet-4-5@20250929")),
        (
            f"{VERTEX.replace('@', '%40')}:streamRawPredict",
            b'{"stream":true}',
            Asked("claude-sonnet-4-5@20250929", stream=True),
        ),
        (f"{VERTEX}:rawPredict", b"not json", Asked("claude-sonnet-4-5@20250929")),
    ],
)
def test_a_request_gives_what_it_tells(path, body, asked):
    assert API.read_request(path, body) == asked


def test_usage_is_never_asked_for_because_every_stream_tells_it():
    assert API.ask_for_usage(b'{"model":"m","stream":true}') is None


def test_results_since_the_model_last_spoke_are_read_with_their_size():
    result = {"type": "tool_result", "tool_use_id": "old", "content": "long ago"}
    messages = [
        {"role": "user", "content": [result]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "caf\u00e9"},
                {
                    "type": "tool_result",
                    "tool_use_id": "b",
                    "content": [{"type": "text", "text": "12"}, {"type": "image"}],
                },
                {"type": "tool_result", "tool_use_id": "c", "is_error": True},
                {"type": "tool_result", "tool_use_id": None},
                {"type": "text", "text": "go on"},
            ],
        },
        {"role": "user", "content": "please"},
    ]
    asked = API.read_request(PATH, json.dumps({"model": "m", "messages": messages}).encode())
    assert asked.tool_results == (ToolResult("a", 5), ToolResult("b", 2), ToolResult("c", 0))


@pytest.mark.parametrize("messages", ["tool_result", [7], [{"role": "user", "content": {"type": "tool_result"}}]])
def test_odd_messages_hold_no_results(messages):
    body = (
        json.dumps({"model": "m", "messages": messages, "note": "tool_result"})
        .encode()
        .replace(b"note", b"tool_result")
    )
    assert API.read_request(PATH, body) == Asked("m")


def test_a_whole_message_is_read():
    answer = Answer()
    assert API.fold_body(MESSAGE, answer)
    assert answer == Answer(
        model="claude-opus-4-5-20251101",
        response_id="msg_01XFDUDYJgAACzvnptvVoYEL",
        finish_reasons={0: "end_turn"},
        input_tokens=25,
        output_tokens=7,
        cache_read_tokens=0,
        cache_write_tokens=0,
        cache_write_1h_tokens=0,
        tool_calls={1: ToolCall("toolu_1", "search")},
        service_tier="priority",
        finished=True,
    )


def test_a_stream_with_cache_thinking_and_a_tool_is_read():
    assert folded(*STREAM) == Answer(
        model="claude-sonnet-4-5-20250929",
        response_id="msg_01LnMvcqFHTwnHtYvdk5qmGT",
        finish_reasons={0: "tool_use"},
        input_tokens=1812,
        output_tokens=89,
        cache_read_tokens=1500,
        cache_write_tokens=300,
        cache_write_1h_tokens=200,
        reasoning_tokens=31,
        tool_calls={2: ToolCall("toolu_01T1x1fJ34qAmk2tNTrN7Up6", "get_weather")},
        service_tier="standard",
        output_bytes=len("Vienna lies") + len("Let me \u00e4sk.".encode()) + len('{"city": "Wien"}'),
        finished=True,
    )


def test_the_first_chunk_is_the_first_with_content():
    assert folded(*STREAM[:3]).output_bytes == 0
    assert folded(*STREAM[:4]).output_bytes == len("Vienna lies")


def test_a_broken_off_stream_leaves_what_was_said_so_far():
    answer = folded(*STREAM[:8])
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons, answer.finished) == (1812, 1, {}, False)


def test_what_the_last_event_leaves_out_stays_as_it_began():
    usage = {"input_tokens": 5, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 2, "output_tokens": 1}
    answer = folded(started(**usage), {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 40}})
    assert (answer.input_tokens, answer.output_tokens) == (14, 40)
    assert (answer.cache_read_tokens, answer.cache_write_tokens) == (7, 2)


@pytest.mark.parametrize("last", [{}, {"service_tier": "standard"}, {"speed": "fast"}])
def test_fast_mode_is_a_tier_of_its_own_whoever_speaks_last(last):
    answer = folded(
        started(input_tokens=1, output_tokens=1, service_tier="standard", speed="fast"),
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 4, **last}},
    )
    assert answer.service_tier == "fast_mode"


def test_cost_that_a_gateway_tells_is_taken_whenever_it_comes():
    last = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 4}}
    assert folded(started(input_tokens=1, cost=0.25), last).cost_usd == 0.25
    last["usage"]["cost"] = 0.5
    assert folded(started(input_tokens=1, cost=0.25), last).cost_usd == 0.5


def test_a_compatible_server_that_tells_the_input_only_at_the_end_is_believed():
    last = {"input_tokens": 20, "cache_read_input_tokens": 100, "output_tokens": 4}
    answer = folded(started(input_tokens=0, output_tokens=0), {"type": "message_delta", "delta": {}, "usage": last})
    assert (answer.input_tokens, answer.output_tokens, answer.cache_read_tokens) == (120, 4, 100)


def test_compaction_is_counted_and_sampling_steps_are_not_counted_twice():
    steps = [
        {"type": "compaction", "input_tokens": 180, "output_tokens": 30, "cache_read_input_tokens": 4},
        {"type": "message", "input_tokens": 20, "output_tokens": 10, "cache_read_input_tokens": 1},
    ]
    answer = plain(input_tokens=20, output_tokens=10, cache_read_input_tokens=1, iterations=steps)
    assert (answer.input_tokens, answer.output_tokens, answer.cache_read_tokens) == (205, 40, 5)


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({}, (None, None, None, None)),
        ({"input_tokens": 3}, (3, None, None, None)),
        ({"output_tokens": 3}, (None, None, None, 3)),
        ({"input_tokens": -1, "output_tokens": -5}, (None, None, None, None)),
        ({"input_tokens": "3", "output_tokens": 2.5}, (None, None, None, None)),
        ({"input_tokens": True, "output_tokens": 2**70}, (None, None, None, None)),
        ({"input_tokens": 3, "cache_read_input_tokens": None}, (3, None, None, None)),
        ({"input_tokens": 3, "cache_creation": {"ephemeral_5m_input_tokens": 4}}, (7, None, 4, None)),
        ({"input_tokens": 3, "cache_creation": {"ephemeral_1h_input_tokens": 4}}, (7, None, 4, None)),
    ],
)
def test_a_count_that_is_missing_or_impossible_is_not_known(usage, read):
    answer = plain(**usage)
    assert read == (answer.input_tokens, answer.cache_read_tokens, answer.cache_write_tokens, answer.output_tokens)


def test_text_is_measured_where_a_message_tells_no_usage():
    content = [{"type": "text", "text": "12345"}, {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}]
    answer = Answer()
    assert API.fold_body(json.dumps({"content": content}, separators=(",", ":")).encode(), answer)
    assert answer.output_bytes == 5 + len('{"a":1}')
    assert (answer.input_tokens, answer.output_tokens) == (None, None)


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (
            b'{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}}',
            "overloaded_error",
        ),
        (b'{"type":"error"}', "stream_error"),
    ],
)
def test_an_error_inside_a_stream_is_named(event, named):
    answer = folded(*STREAM[:4], event)
    assert (answer.error_type, answer.finished) == (named, False)


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"{",
        b"[]",
        b"[DONE]",
        b'{"type":7}',
        b'{"type":"message_start","message":null}',
        b'{"type":"content_block_delta","index":"x"}',
        b'{"type":"content_block_delta","delta":{"text":7}}',
        b'{"type":"message_delta","usage":[]}',
        b'{"type":"content_block_start","content_block":{"type":"text","text":null}}',
        b'{"type":"content_block_delta","delta":{"type":"text_delta","text":"\xff"}}',
        b'{"type":"a_new_one","index":0,"what":' + b"[" * 9999 + b"]" * 9999 + b"}",
    ],
)
def test_a_broken_event_changes_nothing(event):
    assert folded(event) == Answer()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"content":"text"}', MESSAGE[:-9], b"\xff", b"[" * 9999]
)
def test_what_is_no_message_is_refused(body):
    answer = Answer()
    assert not API.fold_body(body, answer)
    assert answer == Answer()


def test_an_error_told_with_a_good_status_is_named():
    answer = Answer()
    assert not API.fold_body(b'{"type":"error","error":{"type":"api_error","message":"no"}}', answer)
    assert answer.error_type == "api_error"


def test_input_is_the_text_of_system_messages_and_tools_without_images():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 1000}}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "12345"}, image]},
        {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "tool_use", "input": {"a": 1}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "42"}]}],
        },
        {"role": "assistant", "content": "\u591a"},
    ]
    body = json.dumps({"system": [{"type": "text", "text": "sys"}], "messages": messages, "tools": [1, 2]}).encode()
    assert API.input_bytes(body) == 3 + 5 + 2 + len('{"a":1}') + 2 + 3 + len("[1, 2]")
    assert API.input_bytes(b"{") == 0


@pytest.mark.parametrize("event", STREAM)
def test_a_spoilt_event_gives_what_is_sound_or_nothing(event):
    for data in spoilt(event):
        assert is_sound(folded(STREAM[0], data, STREAM[-2])), data


def test_a_spoilt_message_gives_what_is_sound_or_nothing():
    for data in spoilt(MESSAGE):
        answer = Answer()
        API.fold_body(data, answer)
        assert is_sound(answer), data


def test_a_spoilt_request_gives_what_is_sound_or_nothing():
    result = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "42"}]}
    body = {
        "model": "m",
        "max_tokens": 9,
        "stream": True,
        "temperature": 0.5,
        "output_config": {"effort": "low"},
        "system": "s",
        "tools": [{}],
        "messages": [{"role": "user", "content": [result]}],
    }
    for data in spoilt(json.dumps(body).encode()):
        asked = API.read_request(PATH, data)
        assert isinstance(asked.model, str | None)
        assert isinstance(asked.max_tokens, int | None)
        assert API.input_bytes(data) >= 0


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        (b'{"content":[{"type":"text","text":"a"}],"usage":{"server_tool_use":null}}', True),
        (b'{"content":[{"type":"tool_use","id":"t"}]}', False),
        (b'{"content":[{"type":"te', False),
        (b'{"type":"error","error":{}}', False),
    ],
)
def test_only_what_looks_like_an_answer_without_tool_calls_may_be_read_later(body, waits):
    assert API.may_wait(body) is waits
