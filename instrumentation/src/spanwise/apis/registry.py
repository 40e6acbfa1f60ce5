"""Lists the APIs that are read, and finds the one that a request calls."""

from spanwise.apis.anthropic_messages import AnthropicMessages
from spanwise.apis.api import Api
from spanwise.apis.bedrock_converse import BedrockConverse
from spanwise.apis.bedrock_invoke import BedrockInvoke
from spanwise.apis.cohere_chat import CohereChat
from spanwise.apis.cohere_chat_v1 import CohereChatV1
from spanwise.apis.cohere_embed import CohereEmbed
from spanwise.apis.cohere_rerank import CohereRerank
from spanwise.apis.dashscope import DashScope
from spanwise.apis.gemini import Gemini
from spanwise.apis.gemini_embeddings import GeminiEmbeddings
from spanwise.apis.gemini_interactions import GeminiInteractions
from spanwise.apis.ollama import Ollama
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.apis.openai_completions import OpenAICompletions
from spanwise.apis.openai_embeddings import OpenAIEmbeddings
from spanwise.apis.openai_responses import OpenAIResponses

APIS: tuple[Api, ...] = (
    OpenAIChat(),
    OpenAIResponses(),
    OpenAIEmbeddings(),
    OpenAICompletions(),
    AnthropicMessages(),
    Gemini(),
    GeminiEmbeddings(),
    GeminiInteractions(),
    BedrockConverse(),
    BedrockInvoke(),
    CohereChat(),
    CohereChatV1(),
    CohereEmbed(),
    CohereRerank(),
    DashScope(),
    Ollama(),
)


def find(method: str, path: str) -> Api | None:
    """Find the API that a request calls; None for every other request."""
    if method == "POST":
        for api in APIS:
            if api.recognises(path):
                return api
    return None
