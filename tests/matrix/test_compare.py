import pytest

from tests.matrix.compare import CLIENT, differences
from tests.matrix.receiver import Seen
from tests.support.protocols import openai_chat
from tests.support.protocols.server import Exchange
from tests.support.protocols.shape import Call, Say

TTFT = "gen_ai.response.time_to_first_chunk"
STREAMED = {"gen_ai.request.stream": True, TTFT: 0.1}


def exchange(say=None, *, stream=False):
    body = b'{"model":"gpt-4o","stream":%s}' % (b"true" if stream else b"false")
    call = Call("/v1/chat/completions", "", {}, body)
    return Exchange(call, openai_chat.answer(call, say or Say()))


def span(of, *, failed=False, kind=CLIENT, name="chat gpt-4o", scope="spanwise", **more):
    told = {"gen_ai.operation.name": "chat", **of.reply.told, **more}
    return Seen(name, kind, scope, 0, {key: value for key, value in told.items() if value is not None}, failed)


PLAIN = exchange()
STREAM = exchange(stream=True)
REFUSED = exchange(Say(status=429))


def test_truthful_span_differs_in_nothing():
    assert differences([PLAIN], [span(PLAIN)]) == []
    assert differences([STREAM], [span(STREAM, **STREAMED)]) == []


def test_spans_that_are_no_model_calls_do_not_count():
    tool = Seen("execute_tool", 1, "spanwise", 0, {"gen_ai.operation.name": "execute_tool"}, failed=False)
    assert differences([PLAIN], [tool, span(PLAIN)]) == []


@pytest.mark.parametrize(
    ("exchanges", "spans", "found"),
    [
        ([], [], "the SDK called no known API"),
        ([PLAIN], [], "not captured"),
        ([PLAIN], [span(PLAIN), span(PLAIN, scope="other")], "2 spans for 1 calls (other, spanwise)"),
        ([PLAIN], [span(PLAIN, kind=1)], "kind 1"),
        ([PLAIN], [span(PLAIN, name="chat")], "name 'chat'"),
        ([PLAIN], [span(PLAIN, failed=True)], "failed"),
        ([PLAIN], [span(PLAIN, **{"gen_ai.usage.input_tokens": 14})], "input 14, not 18"),
        ([PLAIN], [span(PLAIN, **{"gen_ai.usage.reasoning.output_tokens": None})], "reasoning None, not 2"),
        ([REFUSED], [span(REFUSED)], "error not told"),
        ([STREAM], [span(STREAM, **{**STREAMED, TTFT: None})], "ttft None"),
        ([STREAM], [span(STREAM, **STREAMED, **{"spanwise.usage.estimated": True})], "estimated"),
    ],
)
def test_each_difference_is_named(exchanges, spans, found):
    assert differences(exchanges, spans) == [found]


def test_call_that_the_sdk_tells_itself_needs_true_tokens_only():
    native = {"name": "anthropic.messages.create", "scope": "com.anthropic.sdk.python"}
    unsaid = {"gen_ai.response.finish_reasons": None}
    assert differences([PLAIN], [span(PLAIN, **native, **unsaid)]) == []
    wrong = span(PLAIN, **native, **{"gen_ai.usage.input_tokens": 14})
    assert differences([PLAIN], [wrong]) == ["input 14, not 18"]


def test_attempts_after_a_failed_one_are_counted():
    resent = {"http.request.resend_count": 1}
    assert differences([REFUSED, PLAIN], [span(REFUSED, failed=True), span(PLAIN, **resent)]) == []
    assert differences([REFUSED, PLAIN], [span(REFUSED, failed=True), span(PLAIN)]) == ["resend_count None, not 1"]


def test_stream_may_be_left_by_cancelling():
    left = {"gen_ai.usage.output_tokens": 3, "spanwise.usage.estimated": True, "error.type": "CancelledError"}
    cancelled = span(STREAM, failed=True, **STREAMED, **left)
    assert differences([STREAM], [cancelled], broken_off=True) == []
    assert "failed" in differences([STREAM], [cancelled])


def test_usage_of_a_stream_left_early_must_be_an_estimate():
    unsaid = {"gen_ai.usage.output_tokens": 3, "gen_ai.response.finish_reasons": None}
    estimated = span(STREAM, **STREAMED, **unsaid, **{"spanwise.usage.estimated": True})
    assert differences([STREAM], [estimated], broken_off=True) == []
    assert differences([STREAM], [span(STREAM, **STREAMED, **unsaid)], broken_off=True) == ["not estimated"]
