"""An agent that goes in circles until it is stopped, or 1,000 times: `python runaway_agent.py BASE_URL`."""

from __future__ import annotations

import sys
import time

import openai

import spanwise


@spanwise.tool
def look_up(path: str) -> str:
    """Find nothing."""
    return f"nothing at {path}"


def main(base_url: str) -> int:
    spanwise.instrument()
    client = openai.OpenAI(api_key="none", base_url=base_url)
    try:
        with spanwise.agent("looper"):
            for _ in range(1_000):
                client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "go on"}])
                look_up("/weather/ulm")
                time.sleep(0.1)  # as a model that thinks
    except spanwise.RunStopped as stopped:
        print(f"stopped: {stopped.reason}", flush=True)
    finally:
        spanwise.uninstrument()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
