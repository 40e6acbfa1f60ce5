"""Tell by a bot of Telegram."""

from __future__ import annotations

import re
from typing import Final, Self

from pydantic import Field, model_validator

from spanwise_alerts.receivers.api_url import ApiUrl
from spanwise_alerts.receivers.either import one_of
from spanwise_alerts.receivers.posted import Posted
from spanwise_alerts.receivers.secret_file import SecretFile, held
from spanwise_alerts.rule import refuse
from spanwise_alerts.secret import SecretText

_URL: Final = "https://api.telegram.org"
_TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]+")


class Telegram(Posted):
    """Which bot, and which chat it writes to."""

    bot_token_file: SecretFile | None = Field(default=None, description="the bot's token, read anew for each message")
    bot_token_text: SecretText | None = Field(
        default=None,
        alias="bot_token",
        description="the token itself, in place of bot_token_file; shown as ***",
        examples=["123456:ABC-DEF"],
    )
    chat_id: int = Field(description="where it writes; a group's is negative", examples=[-1001234567890])
    message_thread_id: int | None = Field(default=None, ge=1, description="the topic of a forum", examples=[42])
    disable_notifications: bool = Field(default=False, description="tell without a sound (default false)")
    api_url: ApiUrl = Field(default=_URL, description="of the Bot API (default https://api.telegram.org)")

    @model_validator(mode="after")
    def _keyed(self) -> Self:
        one_of(self, "bot_token", "bot_token_file", "bot_token_text")
        key = "bot_token_file" if self.bot_token_file else "bot_token"
        try:
            self.bot_token()
        except ValueError as error:
            refuse([((key,), str(error))])
        return self

    def bot_token(self) -> str:
        """Return the token, read anew.

        Raises:
            OSError: its file cannot be read any more.
            ValueError: nor does it hold a token any more.
        """
        found = held(self.bot_token_text, self.bot_token_file)
        text = found.text if found else ""
        # it becomes a part of a link
        if not _TOKEN.fullmatch(text):
            raise ValueError("expected a token such as 123456:ABC-DEF (what was found is not shown)")
        return text
