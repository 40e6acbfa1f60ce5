"""Spring AI."""

from __future__ import annotations

from typing import Final

from spanwise_collector.normalise.dialect import Dialect, strings, told

_KINDS: Final = {
    "advisor": "chain", "chat_client": "chain", "tool_call": "execute_tool", "vector_store": "retrieval",
}  # fmt: skip

DIALECT = Dialect(
    name="spring_ai",
    title="Spring AI",
    order=174,
    keys=("spring.ai.*",),
    scopes=("org.springframework.ai*",),
    sources={
        "operation": (told("spring.ai.kind", _KINDS),),
        "tool": strings("spring.ai.tool.definition.name"),
        "conversation_id": strings("spring.ai.chat.client.conversation.id"),
    },
    traps=(
        "Numbers are told as texts; they are read.",
        "Calls are told in the words of the conventions, by the scope of Spring Boot.",
        "In rounds with tools that Spring AI runs itself each call tells the sum so far: too much is counted.",
        "Calls of a program's own rounds look the same; what tells them apart is on the span around, which is last.",
    ),
)
