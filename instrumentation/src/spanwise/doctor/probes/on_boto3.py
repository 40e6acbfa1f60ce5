"""Drives boto3."""

# ruff: noqa: ANN401  the SDK is whatever version is installed

import importlib
from collections.abc import Generator
from typing import Any, Final

from spanwise.doctor.probe import NotOffered
from spanwise.doctor.speech.bedrock_converse import BedrockConverse

_ASKED: Final[dict[str, Any]] = {
    "modelId": "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "messages": [{"role": "user", "content": [{"text": "Which way does the Danube flow?"}]}],
}


class OnBoto3:
    """Converse and ConverseStream of boto3's Bedrock client."""

    distribution = "boto3"
    module = "boto3"
    speech = BedrockConverse()

    def ask(self, sdk: Any, address: str, *, retries: int) -> None:
        """Ask once."""
        self._open(sdk, address, retries).converse(**_ASKED)

    def stream(self, sdk: Any, address: str) -> Generator[object]:
        """Ask for a stream."""
        running = self._open(sdk, address, 0).converse_stream(**_ASKED)["stream"]
        try:
            yield from running
        finally:
            running.close()

    async def ask_async(self, sdk: Any, address: str) -> None:
        """Say that there is no asynchronous client."""
        del sdk, address
        raise NotOffered("no asynchronous client")

    def _open(self, sdk: Any, address: str, retries: int) -> Any:
        again = {"total_max_attempts": retries + 1, "mode": "standard"}
        config = importlib.import_module("botocore.config").Config(retries=again, proxies={})
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        return sdk.client("bedrock-runtime", endpoint_url=address, region_name="us-east-1", config=config, **keys)
