"""Sign the links of letters, as the configuration in force says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from spanwise_alerts.alert import Letter
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.errors import SecretError
from spanwise_alerts.people.links import SignedLinks
from spanwise_alerts.people.secret import secret_in
from spanwise_alerts.receivers.secret_file import held


class Signing:
    """Has links once `configure` found an `external_url`."""

    def __init__(self, data: Path, now: Callable[[], float]) -> None:
        """Take the folder in which the secret is made unless the configuration names one."""
        self._data = data
        self._now = now
        self._links: SignedLinks | None = None

    def configure(self, config: AlertsConfig) -> None:
        """Take a configuration in place of the one before.

        Raises:
            SecretError: its secret is not to be had; then nothing changes.
        """
        if not config.external_url:
            self._links = None
            return
        whom = {person.receiver: person.name for person in config.people}
        self._links = SignedLinks(config.external_url, self._secret(config), whom)

    def links(self) -> SignedLinks | None:
        """Return who makes and reads links; None where nothing links here."""
        return self._links

    async def dress(self, letter: Letter) -> Letter:
        """Add the links that act on what a letter tells."""
        return self._links.dress(letter, self._now()) if self._links is not None else letter

    def _secret(self, config: AlertsConfig) -> bytes:
        try:
            found = held(None, config.link_secret_file)
        except (OSError, UnicodeDecodeError) as error:
            raise SecretError(f"{config.link_secret_file}: cannot be read: {error}") from error
        return secret_in(self._data) if found is None else found.text.encode()
