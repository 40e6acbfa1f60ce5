import pytest

from spanwise.framings import registry
from spanwise.framings.aws_event_stream import Messages
from spanwise.framings.json_array import Elements
from spanwise.framings.json_lines import Lines
from spanwise.framings.sse import Events


@pytest.mark.parametrize(
    ("content_type", "framing"),
    [
        ("text/event-stream", Events),
        ("Text/Event-Stream; charset=utf-8", Events),
        ("application/x-ndjson", Lines),
        ("application/vnd.amazon.eventstream", Messages),
        ("application/json", type(None)),
        ("", type(None)),
    ],
)
def test_content_type_names_the_framing(content_type, framing):
    assert type(registry.by_type(content_type)) is framing


@pytest.mark.parametrize(
    ("start", "framing"),
    [(b'\r\n [{"a', Elements), (b"data: {", Events), (b": ping", Events), (b'{"a":1', type(None)), (b"", type(None))],
)
def test_start_tells_a_stream_without_a_content_type(start, framing):
    assert type(registry.by_start(start)) is framing
