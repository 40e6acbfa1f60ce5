"""Codex CLI: one question without a person, with its three signals on; a folder of its own for its files."""

import os
import subprocess
from pathlib import Path

from scenarios import ADDRESS, PROMPT, play

HERE = Path.cwd()
CONFIG = """
model = "gpt-4o"
model_provider = "local"
approval_policy = "never"
sandbox_mode = "danger-full-access"

[model_providers.local]
name = "local"
base_url = "{address}"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[otel]
environment = "golden"
exporter = {{ otlp-http = {{ endpoint = "{receiver}/v1/logs", protocol = "binary" }} }}
trace_exporter = {{ otlp-http = {{ endpoint = "{receiver}/v1/traces", protocol = "binary" }} }}
metrics_exporter = {{ otlp-http = {{ endpoint = "{receiver}/v1/metrics", protocol = "binary" }} }}
"""


def ask():
    home = HERE / "codex"
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(CONFIG.format(address=ADDRESS, receiver=os.environ["RECEIVER"]))
    command = ["node", "node_modules/@openai/codex/bin/codex.js", "exec", "--skip-git-repo-check", PROMPT]
    environ = {**os.environ, "CODEX_HOME": str(home)}
    subprocess.run(command, env=environ, check=True, stdin=subprocess.DEVNULL, timeout=120)


play(plain=ask, tool=ask)
