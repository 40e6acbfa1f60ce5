"""Takes the usage event that we asked for out of a stream by its look alone, where reading the stream has failed."""

import re

_BLANK = re.compile(rb"(?>\r\n|\n|\r){2}")
# One line of data, after the line feed that a cut may have left: an object with no choices and with usage, as
# `ask_for_usage` brings it.
_USAGE = re.compile(rb"\s*data: ?\{(?=[^\r\n]*\"choices\": ?\[\])(?=[^\r\n]*\"usage\": ?\{)[^\r\n]*\}\s*")
MOST_HELD = 1024 * 1024


class Strainer:
    """Passes events on as soon as they are complete, but for the usage event; server-sent events only."""

    __slots__ = ("rest",)

    def __init__(self) -> None:
        self.rest = b""
        """The bytes of the event still incomplete."""

    def feed(self, raw: bytes) -> bytes:
        """Take what was read; give what the caller shall get. A piece of more than 1 MiB is no usage event."""
        data = self.rest + raw
        start = 0
        visible: list[bytes] = []
        for blank in _BLANK.finditer(data):
            event = data[start : blank.end()]
            if _USAGE.fullmatch(event) is None:
                visible.append(event)
            start = blank.end()
        self.rest = data[start:]
        if len(self.rest) > MOST_HELD:
            visible.append(self.rest)
            self.rest = b""
        return b"".join(visible)
