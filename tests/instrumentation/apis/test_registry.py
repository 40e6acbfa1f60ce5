import pytest

from spanwise.apis import registry

# One line for each path that a real SDK posts to; the name is the reader's module, None a call that is no inference.
PATHS = [
    ("/v1/chat/completions", "openai_chat"),
    ("/openai/deployments/gpt/chat/completions", "openai_chat"),
    ("/openai/v1/chat/completions", "openai_chat"),
    ("/compatible-mode/v1/chat/completions", "openai_chat"),
    ("/api/paas/v4/chat/completions", "openai_chat"),
    ("/v1/fim/completions", "openai_chat"),
    ("/api/paas/v4/async/chat/completions", None),
    ("/v1/responses", "openai_responses"),
    ("/openai/responses", "openai_responses"),
    ("/v1/responses/compact", "openai_responses"),
    ("/v1/responses/resp_1/cancel", None),
    ("/v1/responses/input_tokens", None),
    ("/v1/embeddings", "openai_embeddings"),
    ("/openai/deployments/ada/embeddings", "openai_embeddings"),
    ("/v1/completions", "openai_completions"),
    ("/openai/deployments/gpt/completions", "openai_completions"),
    ("/v1/moderations", None),
    ("/v1/files", None),
    ("/v1/batches", None),
    ("/v1/chat/completions/stop", None),
    ("/v1/messages", "anthropic_messages"),
    ("/anthropic/v1/messages", "anthropic_messages"),
    ("/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5:streamRawPredict", "anthropic_messages"),
    ("/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict", None),
    ("/v1/messages/count_tokens", None),
    ("/v1/messages/batches", None),
    ("/v1beta/models/gemini-2.5-flash:generateContent", "gemini"),
    ("/v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:streamGenerateContent", "gemini"),
    ("/v1beta/models/gemini-embedding-001:batchEmbedContents", "gemini_embeddings"),
    ("/v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict", "gemini_embeddings"),
    ("/v1beta/models/gemini-2.5-flash:countTokens", None),
    ("/v1beta/interactions", "gemini_interactions"),
    ("/v1beta/interactions/int_1/cancel", None),
    ("/model/anthropic.claude-3-5-sonnet-20240620-v1:0/converse", "bedrock_converse"),
    ("/model/us.amazon.nova-lite-v1%3A0/converse-stream", "bedrock_converse"),
    ("/model/meta.llama3-8b-instruct-v1%3A0/invoke", "bedrock_invoke"),
    ("/model/amazon.titan-text-lite-v1/invoke-with-response-stream", "bedrock_invoke"),
    ("/model/amazon.nova-sonic-v1%3A0/invoke-with-bidirectional-stream", None),
    ("/model/amazon.nova-lite-v1%3A0/count-tokens", None),
    ("/guardrail/g1/version/1/apply", None),
    ("/v2/chat", "cohere_chat"),
    ("/v1/chat", "cohere_chat_v1"),
    ("/v2/embed", "cohere_embed"),
    ("/v1/embed", "cohere_embed"),
    ("/v2/rerank", "cohere_rerank"),
    ("/v1/tokenize", None),
    ("/v1/embed-jobs", None),
    ("/api/chat", "ollama"),
    ("/api/generate", "ollama"),
    ("/api/embed", "ollama"),
    ("/api/embeddings", "ollama"),
    ("/api/pull", None),
    ("/api/v1/services/aigc/text-generation/generation", "dashscope"),
    ("/api/v1/services/aigc/multimodal-generation/generation", "dashscope"),
    ("/api/v1/services/embeddings/text-embedding/text-embedding", "dashscope"),
    ("/api/v1/services/aigc/text2image/image-synthesis", None),
    ("/v1/traces", None),
]


@pytest.mark.parametrize(("path", "owner"), PATHS)
def test_path_is_read_by_the_one_api_that_owns_it(path, owner):
    owners = [type(api).__module__.rpartition(".")[2] for api in registry.APIS if api.recognises(path)]
    assert owners == [owner] * (owner is not None)
    assert (registry.find("POST", path) is not None) is (owner is not None)


def test_what_is_not_posted_is_no_call():
    assert registry.find("GET", "/v1/chat/completions") is None
