"""Gemini CLI: one question without a person, with its three signals on; a folder of its own for its files."""

import json
import os
import subprocess
from pathlib import Path

from scenarios import ADDRESS, PROMPT, play

HERE = Path.cwd()
SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "telemetry": {
        "enabled": True, "target": "local", "useCollector": True, "otlpProtocol": "http", "logPrompts": False,
        "traces": True, "otlpEndpoint": os.environ["RECEIVER"],
    },
    "general": {"maxAttempts": 1, "enableAutoUpdate": False},
    "privacy": {"usageStatisticsEnabled": False},
}  # fmt: skip
ENVIRON = {
    "GEMINI_API_KEY": "none",
    "GOOGLE_GEMINI_BASE_URL": ADDRESS,
    "GEMINI_CLI_TRUST_WORKSPACE": "true",
    "GEMINI_TELEMETRY_TRACES_ENABLED": "true",
}


def ask():
    home = HERE / "gemini" / ".gemini"
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.json").write_text(json.dumps(SETTINGS))
    command = [
        "node",
        str(HERE / "node_modules/@google/gemini-cli/bundle/gemini.js"),
        "-m",
        "gemini-2.5-flash",
        "-p",
        PROMPT,
    ]
    environ = {**os.environ, **ENVIRON, "HOME": str(home.parent)}
    subprocess.run(command, env=environ, check=True, stdin=subprocess.DEVNULL, timeout=120, cwd=home.parent)


play(plain=ask, tool=ask)
