"""Lists the APIs that are read, and finds the one that a request calls."""

from spanwise.apis.anthropic_messages import AnthropicMessages
from spanwise.apis.api import Api
from spanwise.apis.openai_chat import OpenAIChat

APIS: tuple[Api, ...] = (OpenAIChat(), AnthropicMessages())


def find(method: str, path: str) -> Api | None:
    """Find the API that a request calls; None for every other request."""
    if method == "POST":
        for api in APIS:
            if api.recognises(path):
                return api
    return None
