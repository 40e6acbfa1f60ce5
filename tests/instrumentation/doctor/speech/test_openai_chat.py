import json

from spanwise.apis.api import Answer
from spanwise.apis.openai_chat import OpenAIChat as Reader
from spanwise.doctor.speech.openai_chat import OpenAIChat, request

SPEECH = OpenAIChat()
PATH = "/v1/chat/completions"


def asked(**more):
    return json.dumps({**request(), **more}).encode()


def test_whole_answer_is_read_as_it_is_meant():
    answer = Answer()
    assert Reader().fold_body(SPEECH.answer(PATH, asked(), tool=False).parts[0], answer)
    assert (answer.input_tokens, answer.output_tokens) == (SPEECH.input_tokens, SPEECH.output_tokens)
    assert list(answer.finish_reasons.values()) == [SPEECH.finish]


def test_tool_call_is_told_with_its_reason():
    answer = Answer()
    assert Reader().fold_body(SPEECH.answer(PATH, asked(), tool=True).parts[0], answer)
    assert list(answer.finish_reasons.values()) == [SPEECH.finish_with_tool]
    assert [call.name for call in answer.tool_calls.values()] == ["current_of"]


def test_usage_of_a_stream_is_told_only_where_it_is_asked_for():
    silent = SPEECH.answer(PATH, asked(stream=True), tool=False)
    told = SPEECH.answer(PATH, asked(stream=True, stream_options={"include_usage": True}), tool=False)
    assert b'"usage"' not in b"".join(silent.parts)
    assert len(told.parts) == len(silent.parts) + 1
    assert silent.content_type == "text/event-stream"


def test_refusal_for_too_much_asks_to_come_again_at_once():
    assert SPEECH.refuse(429).headers["retry-after"] == "0"
    assert (SPEECH.refuse(500).status, dict(SPEECH.refuse(500).headers)) == (500, {})
