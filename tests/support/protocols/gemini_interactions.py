"""Gemini's interactions, plain and streamed."""

import json

from tests.support.protocols.gemini import MODEL, error
from tests.support.protocols.shape import Call, Reply, Say

ID = "int_matrix"


def speaks(path: str) -> bool:
    return path.endswith("/interactions")


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        return error(say.status)
    body = json.loads(call.body)
    told = {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.request.model": body.get("model"),
        "gen_ai.response.model": MODEL,
        "gen_ai.response.id": ID,
        "gen_ai.response.finish_reasons": ["tool_calls" if say.tool else "stop"],
        "gen_ai.usage.input_tokens": say.input_tokens,
        "gen_ai.usage.output_tokens": say.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": say.cache_read_tokens,
        "gen_ai.usage.reasoning.output_tokens": say.reasoning_tokens,
    }
    if not body.get("stream"):
        return Reply((json.dumps({**interaction(say), "steps": [step(say)]}).encode(),), told=told)
    return Reply(tuple(events(say)), "text/event-stream", streamed=True, told=told)


def interaction(say: Say) -> dict[str, object]:
    usage = {
        "total_input_tokens": say.input_tokens,
        "total_cached_tokens": say.cache_read_tokens,
        "total_output_tokens": say.output_tokens - say.reasoning_tokens,
        "total_thought_tokens": say.reasoning_tokens,
        "total_tokens": say.input_tokens + say.output_tokens,
    }
    status = "requires_action" if say.tool else "completed"
    return {"id": ID, "object": "interaction", "model": MODEL, "status": status, "usage": usage}


def step(say: Say) -> dict[str, object]:
    if say.tool:
        call_id, name, arguments = say.tool
        return {"type": "function_call", "id": call_id, "name": name, "arguments": json.loads(arguments)}
    return {"type": "model_output", "content": [{"type": "text", "text": "".join(say.words)}]}


def events(say: Say) -> list[bytes]:
    begun = {**step(say), "arguments": {}} if say.tool else {"type": "model_output"}
    deltas = (
        [{"type": "arguments_delta", "arguments": say.tool[2]}]
        if say.tool
        else [{"type": "text", "text": word} for word in say.words]
    )
    planned = [
        {"event_type": "interaction.created", "interaction": {"id": ID, "status": "in_progress", "model": MODEL}},
        {"event_type": "step.start", "index": 0, "step": begun},
        *({"event_type": "step.delta", "index": 0, "delta": delta} for delta in deltas),
        {"event_type": "step.stop", "index": 0},
        {"event_type": "interaction.completed", "interaction": interaction(say)},
    ]
    return [f"event: {event['event_type']}\ndata: {json.dumps(event)}\n\n".encode() for event in planned]
