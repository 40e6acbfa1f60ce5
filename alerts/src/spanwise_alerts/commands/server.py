"""Ask a running alert manager."""

from __future__ import annotations

import argparse
from typing import Any, Final

from spanwise_alerts.commands.terminal import CommandError

DEFAULT_URL: Final = "http://127.0.0.1:9093"
_TIMEOUT_S: Final = 30.0


def add_url(parser: argparse.ArgumentParser) -> None:
    """Let the user say where the alert manager is."""
    parser.add_argument("--url", default=DEFAULT_URL, help="of the alert manager (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")


class Unreachable(CommandError):
    """Nobody answers there."""


class Server:
    """An alert manager at a URL; each fault is a `CommandError`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def get(self, path: str, **params: Any) -> Any:  # noqa: ANN401  whatever JSON holds
        """Return an answer's JSON."""
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Any) -> Any:  # noqa: ANN401
        """Send JSON; return an answer's JSON."""
        return self._ask("POST", path, json=body)

    def delete(self, path: str) -> None:
        """Delete what is there."""
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **more: Any) -> Any:  # noqa: ANN401
        import httpx

        try:
            response = httpx.request(method, f"{self._url}{path}", timeout=_TIMEOUT_S, trust_env=False, **more)
            answer = response.json() if response.content else None
        except httpx.ConnectError as error:
            raise Unreachable(self._unasked(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise CommandError(self._unasked(error)) from error
        if not response.is_success:
            raise CommandError(answer if isinstance(answer, str) else f"answered {response.status_code}: {answer}")
        return answer

    def _unasked(self, error: Exception) -> str:
        return f"{self._url} cannot be asked: {error}; expected the address of a running alert manager"
