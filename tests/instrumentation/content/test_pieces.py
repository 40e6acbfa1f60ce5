from spanwise.content.pieces import Pieces


def test_text_of_one_kind_is_joined_and_another_kind_begins_a_new_part():
    said = Pieces()
    for kind, text in [("reasoning", "Hm"), ("reasoning", "m."), ("text", "A"), ("text", "b"), ("reasoning", "?")]:
        said.say(0, kind, text)
    assert said.messages()[0]["parts"] == [
        {"type": "reasoning", "content": "Hmm."},
        {"type": "text", "content": "Ab"},
        {"type": "reasoning", "content": "?"},
    ]


def test_arguments_are_joined_and_the_id_and_name_of_any_piece_stay():
    said = Pieces()
    said.grow(0, 0, "tool_call", '{"a"', call_id="c1", name="f")
    said.grow(0, 1, "tool_call", "{}", call_id="c2", name="g")
    said.grow(0, 0, "tool_call", ":1}", call_id=None, name="")
    assert said.messages()[0]["parts"] == [
        {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"a": 1}},
        {"type": "tool_call", "id": "c2", "name": "g", "arguments": {}},
    ]


def test_choices_are_told_in_their_order_whichever_spoke_first():
    said = Pieces()
    said.say(1, "text", "b")
    said.say(0, "text", "a")
    assert [message["parts"][0]["content"] for message in said.messages()] == ["a", "b"]


def test_a_choice_that_said_nothing_is_no_message():
    said = Pieces()
    said.say(0, "text", "")
    said.say(0, "text", None)
    said.grow(0, 0, "text")
    assert said.messages() == []


def test_text_after_a_whole_part_begins_a_new_one():
    said = Pieces()
    said.put(0, "x", [{"type": "uri"}])
    said.say(0, "", "a")
    assert [part["type"] for part in said.messages()[0]["parts"]] == ["uri", ""]
