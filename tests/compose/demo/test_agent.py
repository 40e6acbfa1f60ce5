"""The demo's agent without tracing: a program on the openai SDK."""

import asyncio
import random
import sys

from spanwise_collector.serving import serving
from spanwise_stack.config import agent_environment
from spanwise_stack.demo.provider import Provider
from spanwise_stack.demo.weather import Weather


async def test_it_works_until_its_input_closes_and_ends_well():
    provider = Provider(Weather(random.Random(1)))
    async with serving(provider.app, "127.0.0.1:0", "provider") as host:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "spanwise_stack.demo.agent", "--base-url", f"http://{host}/v1", "--workers", "2",
            env=agent_environment(), stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(60):
            while provider.answered < 8:  # noqa: ASYNC110 it counts in another process's time
                await asyncio.sleep(0.05)
            _, said = await process.communicate(b"")
    assert process.returncode == 0, said
    assert said == b""
