"""Spring AI: a program in Java, built here with Maven."""

import os
import shutil
import subprocess
from pathlib import Path

from scenarios import ADDRESS, SCENARIO, play

HERE = Path.cwd()
PROJECT = Path(__file__).with_name("spring_ai")


def run():
    jar = HERE / "spring_ai" / "target" / "golden-1.jar"
    if not jar.exists():
        shutil.copytree(PROJECT, HERE / "spring_ai", dirs_exist_ok=True)
        subprocess.run(["mvn", "-q", "-B", "package"], cwd=HERE / "spring_ai", check=True, timeout=600)
    environ = {**os.environ, "ADDRESS": ADDRESS}
    subprocess.run(["java", "-jar", str(jar), SCENARIO], env=environ, check=True, timeout=120)


def stream():
    run()
    yield from "ok"


def refused():
    run()
    raise RuntimeError("refused")  # the program in Java caught it


play(plain=refused if SCENARIO == "error" else run, stream=stream, tool=run)
