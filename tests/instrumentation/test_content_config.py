import pytest

from spanwise import content_config
from spanwise.content_config import CAPTURE, KINDS, MOST_BYTES, REDACT, Content
from spanwise.reader import Reader


def read(**environ):
    reader = Reader(environ)
    return content_config.read(reader), reader.faults


def test_nothing_is_captured_unless_asked_for_and_then_everything_is_redacted():
    assert read() == (Content(), [])
    assert (Content().on_spans, Content().on_events, Content().redact) == (False, False, KINDS)


@pytest.mark.parametrize(
    ("value", "spans", "events"),
    [
        ("NO_CONTENT", False, False),
        ("span_only", True, False),
        ("EVENT_ONLY", False, True),
        ("Span_And_Event", True, True),
        ("TRUE", True, False),
        ("false", False, False),
    ],
)
def test_content_goes_where_the_standard_variable_says_in_any_case(value, spans, events):
    content, faults = read(**{CAPTURE: value})
    assert (content.on_spans, content.on_events, faults) == (spans, events, [])


@pytest.mark.parametrize(
    ("value", "kinds"),
    [("all", KINDS), ("none", ()), ("", KINDS), ("email, API_KEY", ("api_key", "email"))],
)
def test_kinds_to_redact_are_all_none_or_listed(value, kinds):
    assert read(**{REDACT: value})[0].redact == kinds


def test_every_fault_names_variable_value_and_what_was_expected():
    _, faults = read(**{CAPTURE: "yes please", REDACT: "all,phone", MOST_BYTES: "10"})
    assert faults == [
        f"{CAPTURE}: got 'yes please', expected one of no_content, span_only, event_only, span_and_event, true, false",
        f"{MOST_BYTES}: got '10', expected a whole number of at least 256",
        f"{REDACT}: got 'all', expected all, none, or some of {', '.join(KINDS)}",
        f"{REDACT}: got 'phone', expected all, none, or some of {', '.join(KINDS)}",
    ]


def test_the_size_of_an_attribute_is_read():
    assert read(**{MOST_BYTES: "1000"})[0].most_bytes == 1000
