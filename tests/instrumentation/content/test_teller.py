import json

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext

from spanwise import guard
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.content.kept import MAX_ASKED_BYTES, MAX_KEPT_BYTES, Kept
from spanwise.content.teller import Teller
from spanwise.content_config import Content

ASKED = json.dumps({"messages": [{"role": "user", "content": "Hi ann@example.com"}]}).encode()
CALLS = [
    {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
    {"id": "c2", "type": "function", "function": {"name": "f", "arguments": "{}"}},
]
MESSAGE = {"role": "assistant", "content": "Ho", "tool_calls": CALLS}
INPUT = [{"role": "user", "parts": [{"type": "text", "content": "Hi [redacted:email]"}]}]


@pytest.fixture(autouse=True)
def raising():
    guard.configure(raise_faults=True)
    yield
    guard.configure(raise_faults=False)


@pytest.fixture
def logs(monkeypatch):
    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    monkeypatch.setattr("spanwise.content.events.get_logger_provider", lambda: provider)
    yield exporter
    provider.shutdown()


class Span(NonRecordingSpan):
    @property
    def attributes(self):
        return {"gen_ai.request.model": "m"}


SPAN = Span(SpanContext(7, 9, is_remote=False))


def tell(content, *, kept=None, redactor=None):
    """Tell one call; give what was written on its span."""
    if kept is None:
        kept = Kept()
        kept.add_body(json.dumps({"choices": [{"message": MESSAGE}]}).encode())
    written = {}
    Teller(content, redactor).tell(kept, OpenAIChat(), ASKED, SPAN, written.update)
    return written


def test_content_on_spans_is_json():
    written = tell(Content(on_spans=True))
    assert json.loads(written["gen_ai.input.messages"]) == INPUT
    assert json.loads(written["gen_ai.output.messages"])[0]["parts"][0] == {"type": "text", "content": "Ho"}
    assert written.keys() == {"gen_ai.input.messages", "gen_ai.output.messages"}


def test_content_on_events_is_structured_beside_all_that_the_span_says(logs):
    assert tell(Content(on_events=True)) == {}
    (log,) = logs.get_finished_logs()
    record = log.log_record
    assert record.event_name == "gen_ai.client.inference.operation.details"
    assert (record.trace_id, record.span_id, record.severity_number.name) == (7, 9, "DEBUG")
    told = json.loads(json.dumps(dict(record.attributes), default=_plain))
    assert told["gen_ai.request.model"] == "m"
    assert told["gen_ai.input.messages"] == INPUT


def _plain(value):
    return dict(value) if hasattr(value, "keys") else list(value)


def test_both_get_it_where_both_are_asked_for(logs):
    assert "gen_ai.input.messages" in tell(Content(on_spans=True, on_events=True))
    assert len(logs.get_finished_logs()) == 1


def test_nothing_is_captured_for_events_that_nobody_takes():
    seen = []
    assert tell(Content(on_events=True), redactor=lambda text, where: seen.append((text, where))) == {}
    assert seen == []


def test_a_redactor_that_raises_lets_nothing_leave(logs):
    def redactor(text, where):
        raise LookupError(text, where)

    guard.configure(raise_faults=False)
    assert tell(Content(on_spans=True, on_events=True), redactor=redactor) == {}
    assert logs.get_finished_logs() == ()
    assert guard.faults()["spanwise.content.teller.Teller.tell"] >= 1


def test_the_fault_of_a_redactor_is_raised_where_faults_are():
    def redactor(text, where):
        raise LookupError(text, where)

    with pytest.raises(LookupError):
        tell(Content(on_spans=True), redactor=redactor)


def test_what_is_cut_is_marked(logs):
    written = tell(Content(on_spans=True, on_events=True, most_bytes=60))
    assert written["spanwise.content.cut"] is True
    assert logs.get_finished_logs()[0].log_record.attributes["spanwise.content.cut"] is True


def test_an_answer_too_large_to_keep_is_marked_as_cut():
    kept = Kept()
    kept.add_body(b"x" * (MAX_KEPT_BYTES + 1))
    written = tell(Content(on_spans=True), kept=kept)
    assert written["spanwise.content.cut"] is True
    assert "gen_ai.output.messages" not in written


def test_a_request_too_large_to_read_is_marked_as_cut():
    written = {}
    kept = Kept()
    kept.add_body(json.dumps({"choices": [{"message": MESSAGE}]}).encode())
    asked = ASKED + b" " * MAX_ASKED_BYTES
    Teller(Content(on_spans=True), None).tell(kept, OpenAIChat(), asked, SPAN, written.update)
    assert written.keys() == {"gen_ai.output.messages", "spanwise.content.cut"}


def test_the_arguments_of_calls_are_kept_by_their_ids():
    kept = Kept()
    kept.add_body(json.dumps({"choices": [{"message": MESSAGE}]}).encode())
    tell(Content(on_spans=True), kept=kept)
    assert kept.calls == {"c1": {"x": 1}, "c2": {}}


def results(*turns):
    body = json.dumps({"messages": turns}).encode()
    return Teller(Content(on_spans=True), None).results(Kept(), OpenAIChat(), body)


def test_results_are_those_since_the_model_last_spoke():
    old = {"role": "tool", "tool_call_id": "c0", "content": "old"}
    new = {"role": "tool", "tool_call_id": "c1", "content": "new"}
    assert results(old, {"role": "assistant", "content": ""}, new) == {"c1": "new"}


def test_of_two_results_by_one_name_neither_is_given():
    turn = {"role": "tool", "tool_call_id": "c1", "content": "a"}
    assert results(turn, {**turn, "content": "b"}) == {"c1": None}


def test_what_a_tool_is_called_with_and_gives_is_redacted_and_left_a_text_where_it_is_one():
    teller = Teller(Content(on_spans=True), None)
    assert teller.of_tool({"mail": "ann@example.com"}, "to ann@example.com") == {
        "gen_ai.tool.call.arguments": '{"mail":"[redacted:email]"}',
        "gen_ai.tool.call.result": "to [redacted:email]",
    }
    assert teller.of_call(lambda city: city, ("Wien",), {}) == {"gen_ai.tool.call.arguments": '{"city":"Wien"}'}


def test_tools_say_nothing_where_only_events_are_asked_for():
    teller = Teller(Content(on_events=True), None)
    assert teller.of_tool({"a": 1}, "b") == teller.of_call(lambda a: a, (1,), {}) == {}


def test_a_long_result_is_cut_and_marked():
    told = Teller(Content(on_spans=True, most_bytes=500), None).of_tool(None, "a" * 5000)
    assert told["spanwise.content.cut"] is True
    assert len(told["gen_ai.tool.call.result"]) < 500
