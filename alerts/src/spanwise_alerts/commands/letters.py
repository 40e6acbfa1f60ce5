"""Letters as the commands show and name them."""

from __future__ import annotations

from typing import Any, Final

from spanwise_alerts.commands.server import Server
from spanwise_alerts.commands.terminal import CommandError, say_table, short_time

MOST: Final = 10_000
_KEY_CHARS: Final = 64
_LEAST_CHARS: Final = 6
_SHOWN_CHARS: Final = 16


def say_letters(letters: list[dict[str, Any]]) -> None:
    """Write letters as a table; the beginning of a key is enough to name one."""
    say_table(("Status", "Channel", "Told", "Attempts", "At", "Reason", "Key"), [_row(letter) for letter in letters])


def whole(server: Server, keys: list[str]) -> list[str]:
    """Return the keys that begin like these; each must name one letter."""
    if all(len(key) == _KEY_CHARS for key in keys):
        return keys
    letters: list[dict[str, Any]] = server.get("/api/v1/notifications", since="30d", limit=MOST)
    found: list[str] = []
    for key in keys:
        like = [letter["key"] for letter in letters if letter["key"].startswith(key) and len(key) >= _LEAST_CHARS]
        if len(like) != 1:
            raise CommandError(
                f"got {key!r}, expected the key of one letter or at least {_LEAST_CHARS} of its first digits; "
                f"{len(like)} begin so"
            )
        found += like
    return found


def _row(letter: dict[str, Any]) -> tuple[str, ...]:
    told = letter["told"]
    at = letter["ended_at"] or letter["due_at"] or letter["created_at"]
    return (
        letter["status"], letter["channel"], f"{told['status']} {told['tier']}: {told['summary']}",
        str(letter["attempts"]), short_time(at), letter["reason"], letter["key"][:_SHOWN_CHARS],
    )  # fmt: skip
