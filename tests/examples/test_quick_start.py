"""The programs of docs/quick-start.md: those that are marked run against a provider, all others are Python."""

import asyncio
import re
import sysconfig
from pathlib import Path

import pytest

from spanwise_stack.config import agent_environment
from tests.support.collector import collecting
from tests.support.provider import serve

PAGE = (Path(__file__).parents[2] / "docs/quick-start.md").read_text()
BLOCKS = re.findall(r"(<!-- runs -->\n)?```python\n(.*?)```", PAGE, re.DOTALL)
RUNNING = [text for marked, text in BLOCKS if marked]
SPANWISE = str(Path(sysconfig.get_path("scripts")) / "spanwise")


@pytest.mark.parametrize("text", RUNNING, ids=range(len(RUNNING)))
async def test_a_program_that_is_marked_runs_and_its_call_is_counted(text, tmp_path):
    program = tmp_path / "app.py"
    program.write_text(text)
    with serve() as provider:
        async with collecting(tmp_path / "data") as talk:
            endpoint = talk.otlp.removesuffix("/v1/traces")
            more = {"OPENAI_BASE_URL": provider.base_url, "OPENAI_API_KEY": "x"}
            process = await asyncio.create_subprocess_exec(
                SPANWISE, "run", "--service", "quick", "--endpoint", endpoint, "python", str(program),
                env={**agent_environment(), **more}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            out, err = await asyncio.wait_for(process.communicate(), 60)
            assert (process.returncode, err) == (0, b"")
            assert out.strip()
            assert await talk.value("llm.calls", "count", where="service:quick", window="10m") == 1
            if "@spanwise.agent" in text:
                assert await talk.value("llm.calls", "count", where="agent:guide", window="10m") == 1
                assert await talk.value("tool.calls", "count", where="tool:rivers", window="10m") == 1


@pytest.mark.parametrize("text", [text for _, text in BLOCKS], ids=range(len(BLOCKS)))
def test_each_program_is_python(text):
    compile(text, "quick-start.md", "exec")


def test_most_programs_run():
    assert len(RUNNING) >= len(BLOCKS) / 2
