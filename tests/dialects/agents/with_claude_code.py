"""Claude Code: one question without a person, with its three signals on; a folder of its own for its files."""

import os
import subprocess
from pathlib import Path

from scenarios import ADDRESS, PROMPT, play

HERE = Path.cwd()
ENVIRON = {
    "ANTHROPIC_BASE_URL": ADDRESS,
    "CLAUDE_CONFIG_DIR": str(HERE / "claude"),
    "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
    "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_MAX_RETRIES": "0",
    "DISABLE_AUTOUPDATER": "1",
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_LOGS_EXPORTER": "otlp",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    "OTEL_EXPORTER_OTLP_ENDPOINT": os.environ["RECEIVER"],
}


def ask():
    (program,) = HERE.glob("node_modules/@anthropic-ai/claude-code-*/claude")
    (HERE / "river.md").write_text("The Danube flows east.\n")
    command = [str(program), "--print", "--model", "claude-sonnet-4-5", PROMPT]
    subprocess.run(command, env={**os.environ, **ENVIRON}, check=True, stdin=subprocess.DEVNULL, timeout=120)


play(plain=ask, tool=ask)
