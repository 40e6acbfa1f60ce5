"""Tells what is said to and by models and tools, on spans and as events: all of it, or where anything fails nothing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from spanwise import guard
from spanwise.apis.api import Api
from spanwise.apis.measure import elements, members
from spanwise.content import events
from spanwise.content.clean import Cleaner, Told
from spanwise.content.items import Items
from spanwise.content.kept import MAX_ASKED_BYTES, Kept
from spanwise.content.reader import Given, Message
from spanwise.content.registry import READERS
from spanwise.content.values import named, plain
from spanwise.content_config import Content, Redactor
from spanwise.tracer import Attributes, Write

CUT: Final = "spanwise.content.cut"
ARGUMENTS: Final = "gen_ai.tool.call.arguments"
RESULT: Final = "gen_ai.tool.call.result"


class Teller:
    """Tells content where the user wants it."""

    __slots__ = ("_cleaner", "_content", "may_wait")

    def __init__(self, content: Content, redactor: Redactor | None) -> None:
        self._content = content
        self._cleaner = Cleaner(content.redact, content.most_bytes, redactor)
        self.may_wait = redactor is None and not content.on_events
        """Whether no code of the program's is called, which may look where it is called from."""

    def tell(self, kept: Kept, api: Api, asked: bytes, span: Any, write: Write) -> None:  # noqa: ANN401
        """Tell the content of a call whose span is about to end; a fault leaves the span as it is without."""
        logger = events.logger() if self._content.on_events else None
        if logger is None and not self._content.on_spans:
            return
        try:
            cut, told = self._told(kept, api, asked)
            leaving = {key: each for key, each in told.items() if each.json is not None}
            marked: Attributes = {CUT: True} if cut else {}
            if logger is not None:
                structured = {key: each.value for key, each in leaving.items()}
                events.emit(logger, span, {**(span.attributes or {}), **marked, **structured})
            if self._content.on_spans:
                write({**{key: each.json for key, each in leaving.items() if each.json is not None}, **marked})
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours, or of its redactor
            guard.report(f"{__name__}.Teller.tell", fault)

    def results(self, kept: Kept, api: Api, asked: bytes) -> Mapping[str, Any]:
        """Give the tool results that a request carries, by what names their call."""
        try:
            return _named(_newest(_given(kept, api, asked).messages), "tool_call_response", "response")
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            guard.report(f"{__name__}.Teller.results", fault)
            return {}

    def of_call(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Attributes:
        """Give the attribute for what a tool is called with, by the names of its parameters."""
        return self.of_tool(named(function, args, kwargs), None) if self._content.on_spans else {}

    def items(self) -> Items | None:
        """Give what keeps the items that a generator tool gives; None where nobody is told."""
        return Items(self._content.most_bytes) if self._content.on_spans else None

    def of_tool(self, arguments: object, result: object) -> Attributes:
        """Give the attributes of a tool's span for its arguments and its result; None is left out."""
        made: Attributes = {}
        if not self._content.on_spans:
            return made
        try:
            given = {
                key: plain(value) for key, value in ((ARGUMENTS, arguments), (RESULT, result)) if value is not None
            }
            for key, told in self._cleaner.clean(given).items():
                _put(made, key, told)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours, or of its redactor
            guard.report(f"{__name__}.Teller.of_tool", fault)
            return {}
        return made

    def _told(self, kept: Kept, api: Api, asked: bytes) -> tuple[bool, dict[str, Told]]:
        given, answered = _given(kept, api, asked), _answered(kept, api, asked)
        kept.calls = _named(answered, "tool_call", "arguments")
        content = {
            "gen_ai.system_instructions": given.system,
            "gen_ai.input.messages": given.messages,
            "gen_ai.output.messages": answered,
            "gen_ai.tool.definitions": given.tools,
        }
        told = self._cleaner.clean({key: value for key, value in content.items() if value})
        return kept.cut or any(each.cut for each in told.values()), told


def _put(made: Attributes, key: str, told: Told) -> None:
    """Put in the content of a tool: a text as it is, everything else as JSON."""
    if told.json is not None:
        made[key] = told.value if isinstance(told.value, str) else told.json
    if told.cut:
        made[CUT] = True


def _given(kept: Kept, api: Api, asked: bytes) -> Given:
    """Read the request, once; one of more than 16 MiB is not read."""
    if len(asked) > MAX_ASKED_BYTES:
        kept.cut = True
        return Given()
    if kept.given is None:
        reader = READERS.get(type(api))
        kept.given = reader.given(asked) if reader is not None else Given()
    return kept.given


def _answered(kept: Kept, api: Api, asked: bytes) -> list[Message]:
    reader = READERS.get(type(api))
    if reader is None:
        return []
    return reader.answered(kept.body) if kept.body is not None else reader.streamed(kept.pieces, asked)


def _newest(messages: list[Message]) -> list[Message]:
    """Give the messages since the model last spoke."""
    spoken = next((place for place in reversed(range(len(messages))) if messages[place]["role"] == "assistant"), -1)
    return messages[spoken + 1 :]


def _named(messages: Iterable[Message], kind: str, member: str) -> dict[str, Any]:
    """Give a member of all parts of a kind, by the id of the call, else by the name of the tool.

    Where two go by one name, nobody can tell which is which: then neither is given.
    """
    found: dict[str, Any] = {}
    for part in (members(part) for each in messages for part in elements(each.get("parts"))):
        if part.get("type") == kind:
            name = str(part.get("id") or part.get("name"))
            found[name] = None if name in found else part.get(member)
    return found
