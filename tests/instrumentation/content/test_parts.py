import pytest

from spanwise.content import parts


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ('{"city":"Wien"}', {"city": "Wien"}),
        ("{}", {}),
        ('[1, "a"]', [1, "a"]),
        ('{"city":"Wi', '{"city":"Wi'),
        ("Wien", "Wien"),
        ("", ""),
        (None, None),
        ({"city": "Wien"}, {"city": "Wien"}),
    ],
)
def test_arguments_are_told_as_what_they_mean_and_broken_ones_as_they_came(told, meant):
    assert parts.call("c1", "weather", told) == {
        "type": "tool_call",
        "id": "c1",
        "name": "weather",
        "arguments": meant,
    }


def test_binary_data_is_told_by_kind_and_size_and_never_by_its_bytes():
    assert parts.media("data:image/png;base64,aGVsbG8=", "image") == [
        {"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "size_bytes": 5}
    ]


@pytest.mark.parametrize(("data", "size"), [("", 0), ("aGVsbG8=", 5), ("aGk=", 2), ("YQ==", 1), ("YWJj", 3)])
def test_base64_is_counted_in_the_bytes_that_it_stands_for(data, size):
    assert parts.base64_bytes(data) == size


def test_an_address_and_a_file_are_told_as_they_are():
    assert parts.media("https://a/b.png", "image") == [{"type": "uri", "modality": "image", "uri": "https://a/b.png"}]
    assert parts.file("file_1", "document") == [{"type": "file", "modality": "document", "file_id": "file_1"}]
    assert parts.media(None, "image") == parts.file(7, "document") == []


def test_an_unknown_part_is_kept_as_it_is():
    assert parts.verbatim({"type": "hologram", "depth": 3}) == [{"type": "hologram", "depth": 3}]
    assert parts.verbatim({"depth": 3}) == [{"depth": 3, "type": "unknown"}]
    assert parts.verbatim("said") == [{"type": "text", "content": "said"}]
    assert parts.verbatim(7) == []


@pytest.mark.parametrize("content", ["", None, 7, ["a"], {"a": 1}])
def test_what_is_no_text_is_no_part(content):
    assert parts.text(content) == parts.reasoning(content) == []


def test_a_role_that_is_not_told_is_unknown_and_not_guessed():
    assert parts.message(None, []) == {"role": "unknown", "parts": []}
    assert parts.message("user", [], "Ann") == {"role": "user", "parts": [], "name": "Ann"}


def test_the_provider_s_own_tools_are_told_apart():
    assert parts.server_call("s1", "web_search", {"query": "q"}) == {
        "type": "server_tool_call",
        "id": "s1",
        "name": "web_search",
        "server_tool_call": {"type": "web_search", "query": "q"},
    }
    assert parts.server_result("s1", "web_search", [1])["server_tool_call_response"] == {
        "result": [1],
        "type": "web_search",
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"a"', b"\xff", b"[" * 100_000])
def test_bytes_that_are_no_object_say_nothing(body):
    assert parts.decoded(body) == {}
