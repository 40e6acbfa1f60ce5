"""Lists the APIs that are read, and finds the one that a request calls."""

from spanwise.apis.anthropic_messages import AnthropicMessages
from spanwise.apis.api import Api
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.apis.openai_completions import OpenAICompletions
from spanwise.apis.openai_embeddings import OpenAIEmbeddings
from spanwise.apis.openai_responses import OpenAIResponses

APIS: tuple[Api, ...] = (OpenAIChat(), OpenAIResponses(), OpenAIEmbeddings(), OpenAICompletions(), AnthropicMessages())


def find(method: str, path: str) -> Api | None:
    """Find the API that a request calls; None for every other request."""
    if method == "POST":
        for api in APIS:
            if api.recognises(path):
                return api
    return None
