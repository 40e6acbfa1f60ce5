"""Which ways to another thread keep the agent around a call, as Python carries its context."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

import spanwise
from tests.matrix.receiver import receive
from tests.support import provider as provider_server


def by_thread(call):
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


def by_executor(call):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


def by_run_in_executor(call):
    async def run():
        await asyncio.get_running_loop().run_in_executor(None, call)

    asyncio.run(run())


def by_to_thread(call):
    asyncio.run(asyncio.to_thread(call))


def by_copied_context(call):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(contextvars.copy_context().run, call).result()


@pytest.mark.parametrize(
    ("way", "keeps"),
    [
        (by_thread, False),
        (by_executor, False),
        (by_run_in_executor, False),
        (by_to_thread, True),
        (by_copied_context, True),
    ],
)
def test_call_of_another_thread_is_traced_and_is_the_agents_where_python_keeps_the_context(way, keeps):
    with provider_server.serve() as provider, receive() as receiver:

        def call():
            httpx2.post(f"{provider.base_url}/chat/completions", json={"model": "gpt-4o", "messages": []})

        spanwise.instrument(endpoint=receiver.endpoint, service="threads")
        try:
            with spanwise.agent("lead"):
                way(call)
        finally:
            spanwise.uninstrument()
        (chat,) = [span for span in receiver.spans() if span.name == "chat gpt-4o"]
    assert (chat.attributes.get("gen_ai.agent.name") == "lead") is keeps
