"""A local model provider that speaks OpenAI's chat completions protocol, plain and streamed."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from spanwise_collector.serving import serving
from spanwise_stack.demo.speech import Json, Reply, reply
from spanwise_stack.demo.weather import MODELS, Weather
from spanwise_stack.stop import Stop

_FIRST_CHUNK: Final = 0.3
"""The share of an answer's duration that passes before its first chunk."""
_CREATED_S: Final = 1_760_000_000


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer on its way to the wire."""

    number: int
    model: str
    reply: Reply
    duration_s: float

    @property
    def head(self) -> dict[str, Any]:
        return {"id": f"chatcmpl-demo-{self.number}", "created": _CREATED_S, "model": self.model}

    @property
    def tool_calls(self) -> list[dict[str, Any]]:
        function = {"name": self.reply.tool, "arguments": self.reply.arguments}
        return [{"index": 0, "id": f"call_{self.number}", "type": "function", "function": function}]


def _plain(answer: _Answer) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.reply.text or None}
    if answer.reply.tool:
        message["tool_calls"] = answer.tool_calls
    choice = {"index": 0, "message": message, "finish_reason": answer.reply.finish_reason, "logprobs": None}
    return answer.head | {"object": "chat.completion", "choices": [choice], "usage": answer.reply.usage}


def _deltas(answer: _Answer) -> list[dict[str, Any]]:
    if answer.reply.tool:
        return [{"role": "assistant", "tool_calls": answer.tool_calls}]
    words = answer.reply.text.split(" ")
    pieces = [" ".join(words[i : i + 4]) + " " for i in range(0, len(words), 4)]
    return [{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces)]


async def _events(answer: _Answer, *, usage: bool) -> AsyncIterator[bytes]:
    def event(choices: list[dict[str, Any]], **more: object) -> bytes:
        chunk = answer.head | {"object": "chat.completion.chunk", "choices": choices, **more}
        return f"data: {json.dumps(chunk)}\n\n".encode()

    deltas = _deltas(answer)
    pause_s = answer.duration_s * (1 - _FIRST_CHUNK) / len(deltas)
    for delta in deltas:
        yield event([{"index": 0, "delta": delta, "finish_reason": None}])
        await asyncio.sleep(pause_s)
    yield event([{"index": 0, "delta": {}, "finish_reason": answer.reply.finish_reason}])
    if usage:
        yield event([], usage=answer.reply.usage)
    yield b"data: [DONE]\n\n"


def _error(status: int, message: str, kind: str, **headers: str) -> Response:
    body = {"error": {"message": message, "type": kind, "param": None, "code": kind}}
    return JSONResponse(body, status, headers={name.replace("_", "-"): value for name, value in headers.items()})


class Provider:
    """Answers chat completions as the weather allows.

    Attributes:
        weather: what it does to requests at the moment.
        answered: requests answered so far, with any status; each is one span of the caller.
    """

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.answered = 0
        self._numbers = itertools.count(1)
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, http: Request) -> Response:
        self.answered += 1
        try:
            request: Json = await http.json()
            model, _ = str(request["model"]), request["messages"][0]["role"]
        except (JSONDecodeError, KeyError, IndexError, TypeError):
            return _error(400, "the body must be JSON with model and messages", "invalid_request_error")
        if model not in MODELS:
            return _error(404, f"no model {model!r}; there are {', '.join(MODELS)}", "model_not_found")
        if self.weather.refuses(model):
            return _error(429, f"Rate limit reached for {model}", "rate_limit_exceeded", retry_after="1")
        return await self._answer(request, model)

    async def _answer(self, request: Json, model: str) -> Response:
        duration_s = self.weather.duration_s(model)
        answer = _Answer(next(self._numbers), model, reply(request, self.weather.rng), duration_s)
        if not request.get("stream"):
            await asyncio.sleep(duration_s)
            return JSONResponse(_plain(answer))
        await asyncio.sleep(duration_s * _FIRST_CHUNK)
        options: Json = request.get("stream_options") or {}
        usage = bool(options.get("include_usage"))
        return StreamingResponse(_events(answer, usage=usage), media_type="text/event-stream")


async def work(address: str) -> None:
    """Serve in fair weather until Ctrl-C or SIGTERM."""
    stop = Stop()
    provider = Provider(Weather(random.Random()))  # noqa: S311 a demo draws no secrets
    with stop.listening():
        async with serving(provider.app, address, "--http"):
            await stop.within(None)


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m spanwise_stack.demo.provider", description=__doc__)
    parser.add_argument("--http", metavar="HOST:PORT", default="127.0.0.1:8080", help="default 127.0.0.1:8080")
    asyncio.run(work(parser.parse_args().http))


if __name__ == "__main__":
    main()
