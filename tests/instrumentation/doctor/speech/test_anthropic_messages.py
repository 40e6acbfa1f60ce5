import json

from spanwise.apis.anthropic_messages import AnthropicMessages as Reader
from spanwise.apis.api import Answer
from spanwise.doctor.speech.anthropic_messages import AnthropicMessages

SPEECH = AnthropicMessages()


def test_whole_answer_is_read_as_it_is_meant():
    answer = Answer()
    assert Reader().fold_body(SPEECH.answer("/v1/messages", b"{}", tool=False).parts[0], answer)
    assert (answer.input_tokens, answer.output_tokens) == (SPEECH.input_tokens, SPEECH.output_tokens)
    assert list(answer.finish_reasons.values()) == [SPEECH.finish]


def test_tool_call_is_told_with_its_reason():
    answer = Answer()
    assert Reader().fold_body(SPEECH.answer("/v1/messages", b"{}", tool=True).parts[0], answer)
    assert list(answer.finish_reasons.values()) == [SPEECH.finish_with_tool]
    assert [call.name for call in answer.tool_calls.values()] == ["current_of"]


def test_stream_tells_the_same_as_the_whole_answer():
    answer = Answer()
    for part in SPEECH.answer("/v1/messages", b'{"stream":true}', tool=False).parts:
        Reader().fold_event(part.partition(b"data: ")[2].strip(), answer)
    assert (answer.input_tokens, answer.output_tokens) == (SPEECH.input_tokens, SPEECH.output_tokens)
    assert list(answer.finish_reasons.values()) == [SPEECH.finish]
    assert answer.output_bytes == len("The Danube flows east.")


def test_refusal_is_json_with_its_status():
    reply = SPEECH.refuse(429)
    assert reply.status == 429
    assert json.loads(reply.parts[0])
