from spanwise.content import openai_completions as reader


def test_prompts_and_suffix_are_told_and_numbers_of_tokens_are_not():
    parts = reader.given(b'{"prompt":["a","b"],"suffix":"z"}').messages[0]["parts"]
    assert [part["content"] for part in parts] == ["a", "b", "z"]
    assert reader.given(b'{"prompt":[1,2,3]}').messages == []


def test_the_text_of_each_choice_is_a_message_plain_or_streamed():
    plain = reader.answered(b'{"choices":[{"text":"a"},{"text":"b"}]}')
    pieces = [
        b'{"choices":[{"index":1,"text":"b"}]}',
        b'{"choices":[{"index":0,"text":"a"}]}',
        b"oops",
        b"[DONE]",
    ]
    assert plain == reader.streamed(pieces, b"")
    assert [message["parts"][0]["content"] for message in plain] == ["a", "b"]
