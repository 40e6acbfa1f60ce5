import pytest

from spanwise.content.openai_parts import message_of, part_of, tool_of

BLOB = {"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "size_bytes": 3}


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"type": "text", "text": "a"}, {"type": "text", "content": "a"}),
        ({"type": "input_text", "text": "a"}, {"type": "text", "content": "a"}),
        ({"type": "output_text", "text": "a", "annotations": []}, {"type": "text", "content": "a"}),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,YWJj"}}, BLOB),
        ({"type": "input_image", "image_url": "data:image/png;base64,YWJj"}, BLOB),
        ({"type": "input_image", "file_id": "f1"}, {"type": "file", "modality": "image", "file_id": "f1"}),
        ({"type": "image_url", "image_url": "https://a/b"}, {"type": "uri", "modality": "image", "uri": "https://a/b"}),
        (
            {"type": "input_audio", "input_audio": {"data": "YWJj", "format": "wav"}},
            {"type": "blob", "modality": "audio", "content": "", "mime_type": "audio/wav", "size_bytes": 3},
        ),
        ({"type": "file", "file": {"file_id": "f1"}}, {"type": "file", "modality": "document", "file_id": "f1"}),
        (
            {"type": "input_file", "file_data": "data:application/pdf;base64,YWJj", "filename": "a.pdf"},
            {"type": "blob", "modality": "document", "content": "", "mime_type": "application/pdf", "size_bytes": 3},
        ),
        ({"type": "refusal", "refusal": "No."}, {"type": "refusal", "content": "No."}),
        (
            {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
            {"type": "reasoning", "content": "Hm."},
        ),
        ({"type": "hologram", "depth": 3}, {"type": "hologram", "depth": 3}),
    ],
)
def test_each_part_is_told_in_the_words_of_the_conventions(part, told):
    assert part_of(part) == [told]


def test_a_tool_s_result_names_its_call():
    turn = {"role": "tool", "tool_call_id": "c1", "content": "sunny"}
    assert message_of(turn) == {
        "role": "tool",
        "parts": [{"type": "tool_call_response", "id": "c1", "response": "sunny"}],
    }
    turn["content"] = [{"type": "text", "text": "sunny"}]
    assert message_of(turn)["parts"][0]["response"] == [{"type": "text", "content": "sunny"}]


def test_reasoning_text_refusal_sound_and_calls_of_one_message_are_all_told():
    turn = {
        "role": "assistant",
        "content": "a",
        "reasoning_content": "Hm.",
        "refusal": "No.",
        "audio": {"id": "au1", "data": "YWJj", "transcript": "said"},
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}],
    }
    assert message_of(turn)["parts"] == [
        {"type": "reasoning", "content": "Hm."},
        {"type": "text", "content": "a"},
        {"type": "refusal", "content": "No."},
        {
            "type": "blob",
            "modality": "audio",
            "content": "",
            "mime_type": "audio/*",
            "size_bytes": 3,
            "transcript": "said",
        },
        {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}},
    ]


def test_calls_in_the_older_form_and_of_custom_tools_are_told():
    older = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    assert message_of(older)["parts"] == [{"type": "tool_call", "id": None, "name": "f", "arguments": {}}]
    custom = {"role": "assistant", "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "g", "input": "x"}}]}
    assert message_of(custom)["parts"] == [{"type": "tool_call", "id": "c", "name": "g", "arguments": "x"}]


@pytest.mark.parametrize("nested", [True, False])
def test_a_function_is_defined_the_same_in_both_forms(nested):
    function = {"name": "f", "description": "d", "parameters": {"type": "object"}}
    tool = {"type": "function", "function": function} if nested else {"type": "function", **function, "strict": True}
    assert tool_of(tool) == [{"type": "function", **function}]


def test_a_tool_of_the_provider_is_kept_as_it_is():
    assert tool_of({"type": "web_search", "size": "low"}) == [{"type": "web_search", "size": "low"}]


@pytest.mark.parametrize("odd", [None, 7, "a", [], {}, {"type": 7}, {"content": 7, "tool_calls": "x", "audio": []}])
def test_odd_types_are_taken_for_what_they_are_worth(odd):
    assert message_of(odd)["role"] == "unknown"
    part_of(odd)
    tool_of(odd)
