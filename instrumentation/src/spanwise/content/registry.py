"""Lists the content readers, each beside the API that it reads."""

from collections.abc import Mapping
from typing import Final

from spanwise.apis.anthropic_messages import AnthropicMessages
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
from spanwise.content import (
    anthropic_messages,
    bedrock_converse,
    bedrock_invoke,
    cohere_chat,
    cohere_chat_v1,
    cohere_embed,
    cohere_rerank,
    dashscope,
    gemini,
    gemini_embeddings,
    gemini_interactions,
    ollama,
    openai_chat,
    openai_completions,
    openai_embeddings,
    openai_responses,
)
from spanwise.content.reader import Reader

READERS: Final[Mapping[type, Reader]] = {
    OpenAIChat: openai_chat,
    OpenAIResponses: openai_responses,
    OpenAIEmbeddings: openai_embeddings,
    OpenAICompletions: openai_completions,
    AnthropicMessages: anthropic_messages,
    Gemini: gemini,
    GeminiEmbeddings: gemini_embeddings,
    GeminiInteractions: gemini_interactions,
    BedrockConverse: bedrock_converse,
    BedrockInvoke: bedrock_invoke,
    CohereChat: cohere_chat,
    CohereChatV1: cohere_chat_v1,
    CohereEmbed: cohere_embed,
    CohereRerank: cohere_rerank,
    DashScope: dashscope,
    Ollama: ollama,
}
