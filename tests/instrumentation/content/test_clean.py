import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise.content.clean import DEEPEST, Cleaner
from spanwise.content_config import DEFAULT_MOST_BYTES, KINDS
from tests.instrumentation.content.test_suspicion import SAMPLES

WHERE = "gen_ai.input.messages"
KEY = "sk-proj-abcDEF1234567890abcDEF1234567890"


def said(content):
    return [{"role": "user", "parts": [{"type": "text", "content": content}]}]


def clean(value, *, kinds=KINDS, most_bytes=DEFAULT_MOST_BYTES, redactor=None, where=WHERE):
    return Cleaner(kinds, most_bytes, redactor).clean({where: value})[where]


def content_of(told):
    return json.loads(told.json)[0]["parts"][0]["content"]


def test_what_holds_no_secret_leaves_as_it_is():
    value = said("Where does the Danube flow?")
    told = clean(value)
    assert (json.loads(told.json), told.value, told.cut) == (value, value, False)


def test_secrets_of_every_kind_in_one_text_are_replaced():
    text = f"{KEY} ann@example.com 4111 1111 1111 1111 Bearer abc123def456"
    marks = "[redacted:api_key] [redacted:email] [redacted:card_number] Bearer [redacted:authorization]"
    assert content_of(clean(said(text))) == marks


def test_only_the_kinds_that_are_asked_for_are_replaced():
    text = f"{KEY} ann@example.com"
    assert content_of(clean(said(text), kinds=("email",))) == f"{KEY} [redacted:email]"
    assert content_of(clean(said(text), kinds=())) == text


def test_a_secret_that_escapes_hide_in_json_inside_a_text_is_found():
    hidden = json.dumps({"mail": "ann@example.com"}).replace("@", "\\u0040")
    assert "@" not in hidden
    assert json.loads(content_of(clean(said(hidden)))) == {"mail": "[redacted:email]"}
    twice = json.dumps({"inner": hidden})
    assert json.loads(json.loads(content_of(clean(said(twice))))["inner"]) == {"mail": "[redacted:email]"}
    assert content_of(clean(said(f"so: {hidden}"))) == 'so: {"mail": "[redacted:email]"}'


def test_json_inside_a_text_is_left_as_it_is_where_it_hides_nothing():
    text = '{ "city": "W\\u00fcrzburg" }'
    assert content_of(clean(said(text))) == text


def test_secrets_in_arguments_and_names_of_members_are_replaced():
    arguments = {"headers": {"Authorization": "abc", "x-api-key": "abc"}, "ann@example.com": [KEY], "n": 4}
    value = [{"role": "assistant", "parts": [{"type": "tool_call", "name": "f", "arguments": arguments}]}]
    assert json.loads(clean(value).json)[0]["parts"][0]["arguments"] == {
        "headers": {"Authorization": "[redacted:authorization]", "x-api-key": "[redacted:api_key]"},
        "[redacted:email]": ["[redacted:api_key]"],
        "n": 4,
    }


def test_a_member_that_is_called_like_a_secret_but_is_none_stays():
    tools = [{"type": "function", "name": "f", "parameters": {"properties": {"api_key": {"type": "string"}}}}]
    assert json.loads(clean(tools, where="gen_ai.tool.definitions").json) == tools


def test_data_inside_a_text_is_told_by_its_size():
    text = f"![](data:image/png;base64,{'YWJj' * 1000})"
    assert content_of(clean(said(text), kinds=())) == "![](data:image/png;base64,…[cut 3000 bytes])"


def test_the_redactor_sees_texts_after_our_own_redaction_and_never_types_or_roles():
    seen = []

    def redactor(text, where):
        seen.append((text, where))
        return text.upper()

    value = [
        {
            "role": "assistant",
            "parts": [
                {"type": "text", "content": KEY},
                {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"name": "ann", "type": "vip"}},
            ],
        }
    ]
    told = json.loads(clean(value, redactor=redactor).json)
    assert seen == [("[redacted:api_key]", WHERE), ("ann", WHERE), ("vip", WHERE)]
    assert told[0]["role"] == "assistant"
    assert told[0]["parts"][1] == {
        "type": "tool_call",
        "id": "c1",
        "name": "f",
        "arguments": {"name": "ANN", "type": "VIP"},
    }


def test_none_from_the_redactor_drops_the_value():
    told = clean(said("secret"), redactor=lambda text, where: None)  # noqa: ARG005
    assert json.loads(told.json) == [{"role": "user", "parts": [{"type": "text"}]}]
    told = clean("secret", where="gen_ai.tool.call.result", redactor=lambda text, where: None)  # noqa: ARG005
    assert told == (None, None, False)


def test_a_redactor_that_gives_no_text_is_a_fault():
    with pytest.raises(TypeError, match=f"redactor: got int for {WHERE}, expected str or None"):
        clean(said("a"), redactor=lambda text, where: 7)  # noqa: ARG005


def test_what_is_nested_deeper_than_anybody_nests_is_dropped():
    deep: dict = {}
    inner = deep
    for _ in range(DEEPEST * 2):
        inner["a"] = {"mail": "ann@example.com"}
        inner = inner["a"]
    told = clean(deep, where="gen_ai.tool.call.arguments")
    assert "ann@" not in told.json


def test_what_is_too_long_is_cut_after_it_was_redacted():
    text = "a" * 2000 + KEY + "b" * 2000
    told = clean(said(text), most_bytes=1000)
    assert told.cut
    assert len(told.json) <= 1000
    assert "sk-" not in told.json
    assert json.loads(told.json) == told.value


def test_a_bare_text_is_cut_in_its_value_too():
    told = clean("a" * 5000, most_bytes=500, where="gen_ai.tool.call.result")
    assert told.cut
    assert json.loads(told.json) == told.value
    assert len(told.value) < 500


def test_a_megabyte_of_hostile_text_is_cleaned():
    for unit in ("a@", "sk-", "eyJ", "4 ", "-----BEGIN ", "bearer ", "\\u0040"):
        told = clean(said(unit * (1024 * 1024 // len(unit))))
        assert len(told.json) <= DEFAULT_MOST_BYTES


WRAPS = st.sampled_from(
    [
        lambda value: [value],
        lambda value: {"a": value},
        lambda value: {"type": "text", "content": value},
        json.dumps,  # JSON inside a text
    ]
)


@settings(deadline=None)
@given(
    st.sampled_from([secret for _, secret in SAMPLES if "\n" not in secret]),
    st.lists(WRAPS, max_size=5),
    st.sampled_from(["", "\n", " ", '"', "\t", "é", "中", "😀"]),
)
def test_no_secret_leaves_however_deep_it_is_wrapped(secret, wraps, around):
    value = around + secret + around
    for wrap in wraps:
        value = wrap(value)
    told = clean([value], where="gen_ai.tool.call.arguments").json
    assert secret.rpartition(" ")[2] not in told
