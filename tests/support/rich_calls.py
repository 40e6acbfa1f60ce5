"""Calls as full as they come, on every API: tools and their results, pictures and sound, secrets, and a long text."""

SECRETS = (
    "key sk-proj-abcdefghij1234567890, Bearer abc123def456ghi7, ann@example.com, 4111 1111 1111 1111, "
    "eyJhbGciOiJIUzI1NiIs.eyJzdWIiOiIxMjM0.c2ln, -----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----, "
    '{"mail": "ann\\u0040example.com"}, data:image/png;base64,YWJj '
)
LONG = SECRETS + "x" * 40_000
"""Longer than an attribute of content may be."""
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
ARGUMENTS = {"city": "Wien", "api_key": "k"}
URL = "https://example.com/a.png"
DATA = "data:image/png;base64,YWJj"
FUNCTION = {"name": "weather", "description": "d", "parameters": SCHEMA}
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Wien"}'}}

CHAT = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": LONG},
                {"type": "image_url", "image_url": {"url": DATA}},
                {"type": "input_audio", "input_audio": {"data": "YWJj", "format": "wav"}},
                {"type": "file", "file": {"file_data": DATA}},
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                {"type": "refusal", "refusal": "No."},
            ],
        },
        {"role": "assistant", "content": None, "tool_calls": [CALL], "audio": {"data": "YWJj", "transcript": "Ah."}},
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "sunny"}]},
    ],
    "tools": [{"type": "function", "function": FUNCTION}],
}
RESPONSES = {
    "model": "m",
    "instructions": [{"role": "developer", "content": "Be brief."}],
    "input": [
        {
            "role": "user",
            "content": [{"type": "input_text", "text": SECRETS}, {"type": "input_image", "image_url": URL}],
        },
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"type": "web_search_call", "id": "ws1", "action": {"query": "q"}},
        {"type": "image_generation_call", "id": "ig1", "result": "YWJj", "output_format": "png"},
        {"type": "hologram", "depth": 3},
        {"type": "compaction", "id": "cmp1"},
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city":"Wien"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "sunny"},
    ],
    "tools": [{"type": "function", **FUNCTION}],
}
ANTHROPIC = {
    "model": "m",
    "max_tokens": 9,
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": SECRETS},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "YWJj"}},
                {"type": "document", "source": {"type": "text", "data": "words"}},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "s"},
                {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
                {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [1]},
                {"type": "tool_use", "id": "call_1", "name": "weather", "input": ARGUMENTS},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "sunny"}]},
    ],
    "tools": [{"name": "weather", "description": "d", "input_schema": SCHEMA}],
}
GEMINI = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {
            "role": "user",
            "parts": [
                {"text": SECRETS},
                {"inlineData": {"mimeType": "image/png", "data": "YWJj"}},
                {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://a/b"}},
            ],
        },
        {
            "role": "model",
            "parts": [
                {"text": "Hm.", "thought": True},
                {"executableCode": {"language": "PYTHON", "code": "1"}},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                {"hologram": {"depth": 3}},
                {"functionCall": {"name": "weather", "args": ARGUMENTS}},
            ],
        },
        {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"deg": 9}}}]},
    ],
    "tools": [{"functionDeclarations": [FUNCTION]}, {"googleSearch": {}}],
}
INTERACTION = {
    "model": "m",
    "system_instruction": "Be brief.",
    "input": [
        {"type": "user_input", "content": [{"type": "text", "text": SECRETS}, {"type": "image", "data": "YWJj"}]},
        {"type": "thought", "summary": [{"type": "text", "text": "Hm."}]},
        {"type": "google_search_call", "id": "s1", "arguments": {"queries": ["q"]}},
        {"type": "google_search_result", "call_id": "s1", "result": []},
        {"type": "function_call", "id": "call_1", "name": "weather", "arguments": ARGUMENTS},
        {"type": "function_result", "call_id": "call_1", "name": "weather", "result": "sunny"},
    ],
    "tools": [{"type": "function", **FUNCTION}],
}
CONVERSE = {
    "system": [{"text": "Be brief."}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"text": SECRETS},
                {"image": {"format": "png", "source": {"bytes": "YWJj"}}},
                {"document": {"format": "pdf", "name": "n", "source": {"s3Location": {"uri": "s3://a/b"}}}},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "Hm."}}},
                {"toolUse": {"toolUseId": "call_1", "name": "weather", "input": ARGUMENTS}},
            ],
        },
        {"role": "user", "content": [{"toolResult": {"toolUseId": "call_1", "content": [{"json": {"deg": 9}}]}}]},
    ],
    "toolConfig": {"tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": SCHEMA}}}]},
}
COHERE = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": SECRETS}]},
        {"role": "assistant", "tool_plan": "Look.", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "document", "document": {"data": "sunny"}}]},
    ],
    "documents": ["d"],
    "tools": [{"type": "function", "function": FUNCTION}],
}
COHERE_V1 = {
    "model": "m",
    "preamble": "Be brief.",
    "chat_history": [{"role": "USER", "message": SECRETS}, {"role": "CHATBOT", "message": "b"}],
    "message": "Where?",
    "documents": [{"snippet": "s"}],
    "tool_results": [{"call": {"name": "weather"}, "outputs": [{"deg": 9}]}],
    "tools": [{"name": "weather", "description": "d", "parameter_definitions": {"city": {"type": "str"}}}],
}
OLLAMA = {
    "model": "m",
    "messages": [
        {"role": "user", "content": SECRETS, "images": ["YWJj"]},
        {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "weather", "arguments": ARGUMENTS}}]},
        {"role": "tool", "tool_name": "weather", "content": "sunny"},
    ],
    "tools": [{"type": "function", "function": FUNCTION}],
}
DASHSCOPE = {
    "model": "m",
    "input": {
        "messages": [
            {"role": "user", "content": [{"text": SECRETS}, {"image": URL}, {"video": [URL, URL]}]},
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
        ]
    },
    "parameters": {"tools": [{"type": "function", "function": FUNCTION}]},
}
PROMPT = {"model": "m", "prompt": ["Where?", SECRETS]}
TEXTS = {"model": "m", "input": ["a", SECRETS]}
_GOOGLE = "/v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict"
_QWEN = "/api/v1/services/aigc/text-generation/generation"
_MODEL = "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0"

Request = tuple[str, dict, dict]
PLAIN: dict[str, Request] = {
    "openai chat": ("/v1/chat/completions", CHAT, {}),
    "openai responses": ("/v1/responses", RESPONSES, {}),
    "openai completions": ("/v1/completions", PROMPT, {}),
    "openai embeddings": ("/v1/embeddings", TEXTS, {}),
    "anthropic": ("/v1/messages", ANTHROPIC, {}),
    "gemini": ("/v1beta/models/m:generateContent", GEMINI, {}),
    "gemini embeddings": (
        "/v1beta/models/m:batchEmbedContents",
        {"requests": [{"model": "m", "content": {"parts": [{"text": "a"}]}}]},
        {},
    ),
    "gemini predictions": (_GOOGLE, {"instances": [{"content": "a"}, {"content": "b"}]}, {}),
    "gemini interactions": ("/v1beta/interactions", INTERACTION, {}),
    "converse": (f"{_MODEL}/converse", CONVERSE, {}),
    "cohere": ("/v2/chat", COHERE, {}),
    "cohere v1": ("/v1/chat", COHERE_V1, {}),
    "ollama": ("/api/chat", {**OLLAMA, "stream": False}, {}),
    "dashscope": (_QWEN, DASHSCOPE, {}),
}
STREAMED: dict[str, Request] = {
    **{
        name: (path, {**body, "stream": True}, {})
        for name, (path, body, _) in PLAIN.items()
        if name in {"openai chat", "openai responses", "openai completions", "anthropic", "gemini interactions"}
        or name.startswith(("cohere", "ollama"))
    },
    "gemini": ("/v1beta/models/m:streamGenerateContent?alt=sse", GEMINI, {}),
    "gemini in a list": ("/v1beta/models/m:streamGenerateContent", GEMINI, {}),
    "converse": (f"{_MODEL}/converse-stream", CONVERSE, {}),
    "invoke claude": (
        f"{_MODEL}/invoke-with-response-stream",
        {
            **{key: value for key, value in ANTHROPIC.items() if key != "model"},
            "anthropic_version": "bedrock-2023-05-31",
        },
        {},
    ),
    "invoke llama": ("/model/meta.llama3-8b-instruct-v1%3A0/invoke-with-response-stream", {"prompt": SECRETS}, {}),
    "invoke nova": ("/model/amazon.nova-lite-v1%3A0/invoke-with-response-stream", CONVERSE, {}),
    "dashscope": (_QWEN, DASHSCOPE, {"X-DashScope-SSE": "enable"}),
}
UNANSWERED = ("openai completions",)
"""What no protocol of the local provider speaks."""
COMPLETION = (
    b'{"id":"c1","model":"m","choices":[{"index":0,"text":"east","finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":5,"completion_tokens":7,'
    b'"cost":0.5,"is_byok":true,"cost_details":{"upstream_inference_cost":1}}}'
)
