"""Calls of Bedrock, Cohere, Ollama and DashScope as their SDKs send them: path, body and headers of their own."""

from urllib.parse import quote

ASK = {"messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "Where does the Danube flow?"}]}]}
CLAUDE = {**ASK, "anthropic_version": "bedrock-2023-05-31", "max_tokens": 99}
NOVA = {**CONVERSE, "inferenceConfig": {"maxTokens": 99}}
COHERE = {**ASK, "model": "command-a-03-2025"}
COHERE_V1 = {"message": "Where?", "model": "command-r"}
OLLAMA = {**ASK, "model": "llama3.2"}
QWEN = {"model": "qwen-plus", "input": ASK}
QWEN_VL = {"model": "qwen-vl-plus", "input": {"messages": [{"role": "user", "content": [{"text": "Where?"}]}]}}
TEXT = "/api/v1/services/aigc/text-generation/generation"
MULTIMODAL = "/api/v1/services/aigc/multimodal-generation/generation"
SSE = {"X-DashScope-SSE": "enable"}
TOOL = ("call_1", "weather", '{"city":"Wien"}')


def model(name: str, action: str) -> str:
    return f"/model/{quote(name, safe='')}/{action}"


CLAUDE_ID = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA_ID = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0"

PLAIN = {
    "converse": (model(CLAUDE_ID, "converse"), CONVERSE, {}),
    "invoke claude": (model(CLAUDE_ID, "invoke"), CLAUDE, {}),
    "invoke nova": (model(NOVA_ID, "invoke"), NOVA, {}),
    "invoke llama": (model("meta.llama3-8b-instruct-v1:0", "invoke"), {"prompt": "Where?"}, {}),
    "cohere": ("/v2/chat", COHERE, {}),
    "cohere v1": ("/v1/chat", COHERE_V1, {}),
    "cohere embed": ("/v2/embed", {"model": "embed-v4.0", "texts": ["a"], "embedding_types": ["float"]}, {}),
    "cohere rerank": ("/v2/rerank", {"model": "rerank-v3.5", "query": "q", "documents": ["a"]}, {}),
    "ollama chat": ("/api/chat", {**OLLAMA, "stream": False}, {}),
    "ollama generate": ("/api/generate", {"model": "llama3.2", "prompt": "Where?", "stream": False}, {}),
    "ollama embed": ("/api/embed", {"model": "nomic-embed-text", "input": "a"}, {}),
    "dashscope": (TEXT, QWEN, {}),
    "dashscope multimodal": (MULTIMODAL, QWEN_VL, {}),
    "dashscope embed": (
        "/api/v1/services/embeddings/text-embedding/text-embedding",
        {"model": "text-embedding-v4", "input": {"texts": ["a"]}},
        {},
    ),
}
STREAMED = {
    "converse": (model(CLAUDE_ID, "converse-stream"), CONVERSE, {}),
    "invoke claude": (model(CLAUDE_ID, "invoke-with-response-stream"), CLAUDE, {}),
    "invoke nova": (model(NOVA_ID, "invoke-with-response-stream"), NOVA, {}),
    "invoke llama": (model("meta.llama3-8b-instruct-v1:0", "invoke-with-response-stream"), {"prompt": "Where?"}, {}),
    "cohere": ("/v2/chat", {**COHERE, "stream": True}, {}),
    "cohere v1": ("/v1/chat", {**COHERE_V1, "stream": True}, {}),
    "ollama chat": ("/api/chat", OLLAMA, {}),
    "ollama generate": ("/api/generate", {"model": "llama3.2", "prompt": "Where?"}, {}),
    "dashscope": (TEXT, QWEN, SSE),
    "dashscope incremental": (TEXT, {**QWEN, "parameters": {"incremental_output": True}}, SSE),
    "dashscope multimodal": (MULTIMODAL, QWEN_VL, SSE),
}
TOOLED = [name for name in STREAMED if name not in {"invoke llama", "ollama generate", "dashscope multimodal"}]
