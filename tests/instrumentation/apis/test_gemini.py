import json

import pytest

from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.gemini import Gemini
from tests.instrumentation.apis.test_bad_input import is_sound, spoilt

API = Gemini()
PATH = "/v1beta/models/gemini-2.5-flash:generateContent"
VERTEX = "/v1beta1/projects/p/locations/global/publishers/google/models"

# As the provider sends them: thinking, a tool call without an id, no count where it would be nought.
STREAM = (
    (
        b'{"candidates": [{"content": {"parts": [{"text": "**Weighing**","thought":true}],"role": "model"},"index": 0}]'
        b',"usageMetadata": {"promptTokenCount": 20,"totalTokenCount": 51,"promptTokensDetails": [{"modality": "TEXT",'
        b'"tokenCount": 20}],"thoughtsTokenCount": 31},"modelVersion": "gemini-2.5-flash","responseId": "qk0VafX"}'
    ),
    (
        b'{"candidates": [{"content": {"parts": [{"text": "Gr\xc3\xbcezi"}],"role": "model"},"index": 0}],"usage'
        b'Metadata": {"promptTokenCount": 20,"candidatesTokenCount": 2,"totalTokenCount": 53,"thoughtsTokenCount": 31},'
        b'"modelVersion": "gemini-2.5-flash","responseId": "qk0VafX"}'
    ),
    (
        b'{"candidates": [{"content": {"parts": [{"functionCall": {"name": "get_weather","args": {"city": "Wien"}},'
        b'"thoughtSignature": "CukBAVSoXO4"}],"role": "model"},"finishReason": "STOP","index": 0}],"usageMetadata": '
        b'{"promptTokenCount": 20,"candidatesTokenCount": 17,"totalTokenCount": 75,"cachedContentTokenCount": 16,'
        b'"thoughtsTokenCount": 31,"toolUsePromptTokenCount": 7,"trafficType": "ON_DEMAND"},'
        b'"modelVersion": "gemini-2.5-flash","responseId": "qk0VafX"}'
    ),
)
BLOCKED = (
    b'{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},"usageMetadata": {"promptTokenCount": 8,'
    b'"totalTokenCount": 8,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 8}]},'
    b'"modelVersion": "gemini-2.5-flash","responseId": "r"}'
)


def folded(*events: bytes) -> Answer:
    answer = Answer()
    for event in events:
        assert not API.fold_event(event, answer)
    return answer


def plain(**usage: object) -> Answer:
    answer = Answer()
    assert API.fold_body(json.dumps({"usageMetadata": usage}).encode(), answer)
    return answer


@pytest.mark.parametrize(
    ("path", "model"),
    [
        (PATH, "gemini-2.5-flash"),
        ("/v1beta/models/gemini-2.5-flash:streamGenerateContent", "gemini-2.5-flash"),
        ("/v1beta/models/gemini-embedding-001:embedContent", None),
        ("/v1beta/models/gemini-embedding-001:batchEmbedContents", None),
        ("/v1beta/tunedModels/mine-1:generateContent", "tunedModels/mine-1"),
        (f"{VERTEX}/gemini-2.5-pro:streamGenerateContent", "gemini-2.5-pro"),
        (f"{VERTEX}/text-embedding-005:predict", None),
        ("/v1/projects/p/locations/l/endpoints/123:generateContent", "endpoints/123"),
        ("/gateway/v1beta/models/gemini%2D2.5:generateContent", "gemini-2.5"),
        ("/v1beta/models/gemini-2.5-flash:countTokens", None),
        ("/v1beta/models/gemini-2.5-flash:batchGenerateContent", None),
        ("/v1beta/models/gemini-embedding-001:asyncBatchEmbedContent", None),
        (f"{VERTEX}/imagen-4.0-generate-001:predict", None),
        (f"{VERTEX}/veo-3.0-generate-001:predictLongRunning", None),
        ("/v1/models/my-embedding:predict", None),
        ("/v1internal:generateContent", None),
        (":generateContent", None),
        ("/v1beta/models/:generateContent", None),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5:rawPredict", None),
        ("/v1/projects/p/locations/l/endpoints/openapi/chat/completions", None),
    ],
)
def test_only_calls_that_generate_are_recognised_and_their_model_is_in_the_path(path, model):
    assert API.recognises(path) is (model is not None)
    if model is not None:
        assert API.read_request(path, b"{}").model == model


@pytest.mark.parametrize("camel", [True, False], ids=["camelCase", "snake_case"])
def test_a_request_is_read_in_both_spellings(camel):
    config = {"maxOutputTokens": 64, "temperature": 1, "topP": 0.5, "candidateCount": 2, "seed": 7}
    told = {"generationConfig": {**config, "thinkingConfig": {"thinkingLevel": "HIGH"}}}
    if not camel:
        config = {"max_output_tokens": 64, "temperature": 1, "top_p": 0.5, "candidate_count": 2, "seed": 7}
        told = {"generation_config": {**config, "thinking_config": {"thinking_level": "HIGH"}}}
    asked = API.read_request(PATH, json.dumps(told).encode())
    assert asked == Asked(
        "gemini-2.5-flash",
        max_tokens=64,
        temperature=1.0,
        top_p=0.5,
        choice_count=2,
        seed=7,
        reasoning_level="HIGH",
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"generationConfig":7}',
        b'{"generationConfig":{"maxOutputTokens":"64","temperature":"hot","thinkingConfig":7}}',
        b'{"generationConfig":{"maxOutputTokens":-1,"seed":1.5}}',
        b'{"contents":' + b"[" * 9999 + b"]" * 9999 + b"}",
    ],
)
def test_a_broken_request_gives_what_the_path_tells(body):
    path = PATH.replace("generateContent", "streamGenerateContent")
    assert API.read_request(path, body) == Asked("gemini-2.5-flash", stream=True)


def test_usage_is_never_asked_for_because_every_stream_tells_it():
    assert API.ask_for_usage(b"{}") is None


def test_results_since_the_model_last_spoke_are_read_by_id_or_name():
    contents = [
        {"role": "user", "parts": [{"functionResponse": {"name": "old", "response": {}}}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "c1", "name": "f", "response": {"result": "caf\u00e9"}}},
                {"function_response": {"name": "g", "response": {}}},
                {"functionResponse": {"response": {}}},
                {"text": "go on"},
            ],
        },
    ]
    results = (ToolResult("c1", len('{"result":"caf\u00e9"}'.encode())), ToolResult("g", 2))
    assert API.read_request(PATH, json.dumps({"contents": contents}).encode()).tool_results == results
    last = {"role": "function", "parts": {"functionResponse": {"name": "g", "response": {}}}}
    assert API.read_request(PATH, json.dumps({"contents": last}).encode()).tool_results == (ToolResult("g", 2),)


def test_results_that_lost_their_ids_go_to_the_calls_of_their_name_in_order():
    def result(name: str, **more: str) -> dict:
        return {"functionResponse": {"name": name, "response": {}, **more}}

    calls = [{"functionCall": {"name": name, "id": call_id}} for name, call_id in (("f", "1"), ("g", "2"), ("f", "3"))]
    contents = [
        {"role": "model", "parts": [{"functionCall": {"name": "f", "id": "0"}}]},
        {"role": "model", "parts": calls},
        {"role": "user", "parts": [result("f", id="1"), result("f"), result("g"), result("f")]},
    ]
    results = API.read_request(PATH, json.dumps({"contents": contents}).encode()).tool_results
    assert [found.call_id for found in results] == ["1", "3", "2", "f"]


@pytest.mark.parametrize("contents", ["x", [7], [{"role": 7}], [{"parts": 7}], [{"parts": [7]}], None])
def test_odd_contents_hold_no_results(contents):
    body = json.dumps({"contents": contents, "functionResponse": 1}).encode()
    assert API.read_request(PATH, body) == Asked("gemini-2.5-flash")


def test_a_stream_with_cache_thoughts_and_a_tool_is_read():
    assert folded(*STREAM) == Answer(
        model="gemini-2.5-flash",
        response_id="qk0VafX",
        finish_reasons={0: "STOP"},
        input_tokens=27,
        output_tokens=48,
        cache_read_tokens=16,
        reasoning_tokens=31,
        tool_calls={0: ToolCall("get_weather", "get_weather")},
        service_tier="ON_DEMAND",
        output_bytes=len("**Weighing**") + len("Gr\u00fcezi".encode()) + len('{"city": "Wien"}'),
    )


def test_a_stream_read_as_the_whole_array_is_the_same():
    answer = Answer()
    assert API.fold_body(b"[" + b",\r\n".join(STREAM) + b"]", answer)
    expected = folded(*STREAM)
    expected.finished = True
    assert answer == expected


def test_a_broken_off_stream_leaves_what_was_said_so_far():
    answer = folded(*STREAM[:1])
    assert (answer.input_tokens, answer.output_tokens, answer.finish_reasons, answer.finished) == (20, 31, {}, False)


def test_a_whole_response_with_two_candidates_is_read():
    candidates = [
        {"content": {"parts": [{"text": "a"}]}, "finishReason": "MAX_TOKENS"},
        {
            "index": 1,
            "content": {"parts": [{"functionCall": {"id": "i", "name": "f"}}, {"inlineData": {"data": "AAAA"}}]},
        },
        {"index": 2, "finishReason": "SAFETY"},
    ]
    answer = Answer()
    assert API.fold_body(json.dumps({"candidates": candidates}).encode(), answer)
    assert answer == Answer(
        finish_reasons={0: "MAX_TOKENS", 2: "SAFETY"},
        tool_calls={0: ToolCall("i", "f")},
        output_bytes=1,
        finished=True,
    )


def test_partial_arguments_are_one_call():
    def piece(**call: object) -> bytes:
        return json.dumps({"candidates": [{"content": {"parts": [{"functionCall": call}]}}]}).encode()

    answer = folded(
        piece(name="f", id="i", willContinue=True),
        piece(partialArgs=[{"jsonPath": "$.a", "stringValue": "x"}], willContinue=True),
        piece(),
    )
    assert answer.tool_calls == {0: ToolCall("i", "f")}
    assert answer.output_bytes > 0


def test_a_blocked_prompt_says_why_and_costs_its_input():
    answer = Answer()
    assert API.fold_body(BLOCKED, answer)
    assert (answer.finish_reasons, answer.input_tokens, answer.output_tokens) == ({0: "PROHIBITED_CONTENT"}, 8, 0)
    assert answer.error_type is None


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({}, (None, None, None)),
        ({"promptTokenCount": 5}, (5, None, None)),
        ({"promptTokenCount": 5, "totalTokenCount": 5}, (5, 0, None)),
        ({"promptTokenCount": 5, "candidatesTokenCount": 3}, (5, 3, None)),
        ({"promptTokenCount": 5, "thoughtsTokenCount": 9, "totalTokenCount": 14}, (5, 9, 9)),
        ({"promptTokenCount": 5, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 10}, (5, 5, 2)),
        ({"promptTokenCount": 5, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 8}, (5, 3, 2)),
        ({"promptTokenCount": 5, "toolUsePromptTokenCount": 4, "totalTokenCount": 9}, (9, 0, None)),
        ({"promptTokenCount": -5, "candidatesTokenCount": -3}, (None, None, None)),
        ({"promptTokenCount": "5", "candidatesTokenCount": [3]}, (None, None, None)),
        ({"promptTokenCount": 9, "totalTokenCount": 5}, (9, None, None)),
        ({"thoughtsTokenCount": 4}, (None, 4, 4)),
    ],
)
def test_usage_is_settled_from_what_is_told(usage, read):
    answer = plain(**usage)
    assert (answer.input_tokens, answer.output_tokens, answer.reasoning_tokens) == read


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (b'{"error": {"code": 503,"message": "The model is overloaded.","status": "UNAVAILABLE"}}', "UNAVAILABLE"),
        (b'{"error":{"code":429}}', "429"),
        (b'{"error":"no"}', "stream_error"),
    ],
)
def test_an_error_inside_a_stream_is_named(event, named):
    answer = folded(STREAM[0], event)
    assert (answer.error_type, answer.output_tokens) == (named, 31)


def test_an_error_told_with_a_good_status_is_named():
    answer = Answer()
    assert not API.fold_body(b'[{"error":{"code":503,"status":"UNAVAILABLE"}}]', answer)
    assert (answer.error_type, answer.finished) == ("UNAVAILABLE", False)


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"{",
        b"[]",
        b'{"candidates":{}}',
        b'{"candidates":[{"content":{"parts":[{"text":7}]}}]}',
        b'{"candidates":[{"finishReason":1}]}',
        b'{"usageMetadata":[]}',
        b'{"candidates":[{"content":{"parts":[{"text":"\xff"}]}}]}',
        b'{"new":' + b"[" * 9999 + b"]" * 9999 + b"}",
    ],
)
def test_a_broken_event_changes_nothing(event):
    assert folded(event) == Answer()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b"[{}]", b'{"models":[]}', BLOCKED[:-1], b"\xff", b"[" * 9999]
)
def test_what_is_no_response_is_refused(body):
    answer = Answer()
    assert not API.fold_body(body, answer)
    assert answer == Answer()


def test_input_is_the_text_of_instruction_contents_and_tools_without_media():
    contents = [
        {"role": "user", "parts": [{"text": "12345"}, {"inlineData": {"mimeType": "image/png", "data": "A" * 1000}}]},
        {
            "role": "model",
            "parts": [{"functionCall": {"name": "f", "args": {"a": 1}}}, {"executableCode": {"code": "1+1"}}],
        },
        {"role": "user", "parts": {"functionResponse": {"name": "f", "response": {"b": "\u00e9"}}}},
    ]
    instruction = {"parts": [{"text": "sys"}]}
    body = {"systemInstruction": instruction, "contents": contents, "tools": [{"a": 1}]}
    assert API.input_bytes(json.dumps(body).encode()) == 3 + 5 + len('{"a":1}') + 3 + 10 + len('[{"a":1}]')
    assert API.input_bytes(b"{") == 0


@pytest.mark.parametrize("event", [*STREAM, BLOCKED])
def test_a_spoilt_response_gives_what_is_sound_or_nothing(event):
    for data in spoilt(event):
        assert is_sound(folded(STREAM[0], data)), data
        answer = Answer()
        API.fold_body(data, answer)
        assert is_sound(answer), data


def test_a_spoilt_request_gives_what_is_sound_or_nothing():
    body = {
        "systemInstruction": {"parts": [{"text": "s"}]},
        "contents": [{"role": "user", "parts": [{"functionResponse": {"id": "i", "name": "f", "response": {"a": 1}}}]}],
        "generationConfig": {"maxOutputTokens": 9, "thinkingConfig": {"thinkingLevel": "LOW"}},
        "tools": [{}],
    }
    for data in spoilt(json.dumps(body).encode()):
        asked = API.read_request(PATH, data)
        assert asked.model == "gemini-2.5-flash"
        assert isinstance(asked.max_tokens, int | None)
        assert API.input_bytes(data) >= 0
