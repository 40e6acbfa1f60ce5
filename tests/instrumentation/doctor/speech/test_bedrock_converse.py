from spanwise.apis.api import Answer
from spanwise.apis.bedrock_converse import BedrockConverse as Reader
from spanwise.doctor.speech.bedrock_converse import BedrockConverse
from spanwise.framings.aws_event_stream import Messages

SPEECH = BedrockConverse()


def test_whole_answer_is_read_as_it_is_meant():
    answer = Answer()
    assert Reader().fold_body(SPEECH.answer("/model/m/converse", b"{}", tool=False).parts[0], answer)
    assert (answer.input_tokens, answer.output_tokens) == (SPEECH.input_tokens, SPEECH.output_tokens)
    assert list(answer.finish_reasons.values()) == [SPEECH.finish]


def test_tool_call_is_told_with_its_reason():
    answer = Answer()
    assert Reader().fold_body(SPEECH.answer("/model/m/converse", b"{}", tool=True).parts[0], answer)
    assert list(answer.finish_reasons.values()) == [SPEECH.finish_with_tool]


def test_stream_tells_the_same_as_the_whole_answer():
    answer = Answer()
    stream = b"".join(SPEECH.answer("/model/m/converse-stream", b"{}", tool=False).parts)
    for _, data in Messages().split(stream):
        Reader().fold_event(data, answer)
    assert (answer.input_tokens, answer.output_tokens) == (SPEECH.input_tokens, SPEECH.output_tokens)
    assert answer.output_bytes == len("The Danube flows east.")


def test_fault_is_named_as_the_provider_names_it():
    assert SPEECH.refuse(429).headers["x-amzn-errortype"] == "ThrottlingException"
    assert SPEECH.refuse(500).headers["x-amzn-errortype"] == "InternalServerException"
