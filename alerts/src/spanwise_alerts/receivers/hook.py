"""Tell by a link that a chat gave out: what is POSTed there appears in it."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from spanwise_alerts.receivers.either import one_of
from spanwise_alerts.receivers.posted import Posted, PublicUrl
from spanwise_alerts.receivers.private import names_private
from spanwise_alerts.receivers.secret_file import SecretFile, held
from spanwise_alerts.rule import refuse
from spanwise_alerts.secret import Secret, SecretUrl

_LINK: Final[TypeAdapter[Secret]] = TypeAdapter(SecretUrl)


class Hook(Posted):
    """The link, or the file that holds it."""

    url: PublicUrl | None = Field(
        default=None,
        description="the link that it gave; shown as *** everywhere",
        examples=["https://hooks.example.com/x"],
    )
    url_file: SecretFile | None = Field(
        default=None, description="a file with the link, read anew for each message, in place of url"
    )

    @model_validator(mode="after")
    def _leading(self) -> Self:
        one_of(self, "url", "url_file")
        if self.url_file:
            try:
                self.link()
            except ValueError as error:
                refuse([(("url_file",), str(error))])
        return self

    def link(self) -> str:
        """Return where to POST; a file is read anew.

        Raises:
            OSError: the file cannot be read any more.
            ValueError: nor does it hold a link any more.
        """
        found = held(self.url, self.url_file)
        assert found is not None
        try:
            link = _LINK.validate_python(found.text).text
        except ValidationError as error:
            raise ValueError("expected a file that holds a link (what was found is not shown)") from error
        if names_private(link) and not self.allow_private:
            raise ValueError("leads to a private address; expected `allow_private: true` beside it")
        return link
