"""Every reader of Bedrock, Cohere, Ollama and DashScope takes what is wrong in any place without a fault of its own."""

import copy
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator

import pytest

from spanwise.apis import registry
from spanwise.apis.api import Answer, Api, Asked
from spanwise.framings import registry as framings
from tests.support.own_calls import PLAIN, STREAMED, TOOL
from tests.support.protocols import server
from tests.support.protocols.shape import Call, Reply, Say

JUNK = (None, -1, 1.5, True, 2**70, "", "x", [], [None], [7], {}, {"a": None})
COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
)
CASES = [*PLAIN.values(), *STREAMED.values()]
NAMES = [*(f"{name} plain" for name in PLAIN), *(f"{name} streamed" for name in STREAMED)]


def spoken(case, say: Say) -> tuple[Api, Reply]:
    path, body, headers = case
    api = registry.find("POST", path)
    assert api is not None
    call = Call(path, "", {name.lower(): value for name, value in headers.items()}, json.dumps(body).encode())
    (speaker,) = (protocol for protocol in server.PROTOCOLS if protocol.speaks(path))
    return api, speaker.answer(call, say)


def pieces(reply: Reply) -> list[bytes]:
    framing = framings.by_type(reply.content_type) if reply.streamed else None
    if framing is None:
        return list(reply.parts)
    return [payload for part in reply.parts for _, payload in framing.split(part) if payload]


def places(value: object, at: tuple = ()) -> Iterator[tuple]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*at, key)
        yield from places(member, (*at, key))


def spoilt(data: bytes) -> Iterator[bytes]:
    """Put each kind of junk into each place of a document, and cut it off at each byte."""
    document = json.loads(data)
    for place in places(document):
        for junk in JUNK:
            changed = copy.deepcopy(document)
            holder = changed
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = junk
            yield json.dumps(changed).encode()
    yield from (data[:end] for end in range(len(data)))
    chunk = document.get("chunk")
    if chunk:  # a document inside a document
        for inner in spoilt(b64decode(chunk["bytes"])):
            yield json.dumps({"chunk": {"bytes": b64encode(inner).decode()}}).encode()


def is_sound(answer: Answer) -> bool:
    counts = [getattr(answer, name) for name in COUNTS]
    words = [answer.model, answer.response_id, answer.error_type, answer.service_tier, *answer.finish_reasons.values()]
    words += [word for call in answer.tool_calls.values() for word in (call.id, call.name)]
    return (
        all(count is None or (type(count) is int and 0 <= count < 2**60) for count in counts)
        and all(word is None or isinstance(word, str) for word in words)
        and answer.output_bytes >= 0
    )


@pytest.mark.parametrize("case", CASES, ids=NAMES)
@pytest.mark.parametrize("say", [Say(), Say(tool=TOOL)], ids=["words", "tool"])
def test_spoilt_answer_gives_what_is_sound_or_nothing(case, say):
    api, reply = spoken(case, say)
    fold = api.fold_event if reply.streamed else api.fold_body
    for piece in dict.fromkeys(pieces(reply)):
        for data in spoilt(piece):
            answer = Answer()
            assert fold(data, answer) in {True, False}
            assert is_sound(answer), data


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_spoilt_request_gives_what_is_sound_or_nothing(case):
    path, body, _ = case
    api = registry.find("POST", path)
    assert api is not None
    whole = {
        "stream": False,
        "max_tokens": 9,
        "temperature": 0.5,
        "options": {"seed": 1},
        "parameters": {"n": 2},
        **body,
    }
    for data in spoilt(json.dumps(whole).encode()):
        asked = api.read_request(path, data)
        assert isinstance(asked, Asked)
        assert asked.model is None or isinstance(asked.model, str)
        assert isinstance(asked.stream, bool)
        assert api.input_bytes(data) >= 0
