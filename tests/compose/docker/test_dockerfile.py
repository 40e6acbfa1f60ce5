"""The Dockerfile, its steps run as a script in a clean folder."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.support.compose import FOLDER, ROOT, compose, mounts

TEXT = (FOLDER / "Dockerfile").read_text()
STEPS = [line.partition(" ")[::2] for line in TEXT.splitlines() if line and not line.startswith("#")]
LAST = max(place for place, (word, _) in enumerate(STEPS) if word == "FROM")
BUILD, RESULT = STEPS[:LAST], STEPS[LAST:]
LEFT_OUT = shutil.ignore_patterns("__pycache__", "docker", "*.egg-info")


def test_each_member_of_the_workspace_is_built():
    members = re.search(r"^members = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert members is not None
    copied = {what.split()[0] for word, what in BUILD if word == "COPY"}
    assert {member.strip(' "') for member in members[1].split(",")} <= copied


def test_what_is_copied_is_let_through_to_the_builder():
    lines = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    assert lines[0] == "*"
    copied = {name for word, what in BUILD if word == "COPY" for name in what.split()[:-1]}
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_the_result_has_nothing_of_the_builder_but_the_environment_and_installs_nothing():
    assert [what for word, what in RESULT if word == "COPY"] == ["--from=build /opt/spanwise /opt/spanwise"]
    assert [what for word, what in RESULT if word == "RUN" and re.search(r"\b(apt|apt-get|pip|uv)\b", what)] == []


def test_the_image_runs_as_the_user_that_the_compose_file_names():
    (user,) = (what for word, what in RESULT if word == "USER")
    assert user == compose()["services"]["spanwise"]["user"]


def test_each_volume_that_our_image_writes_has_a_folder_of_its_user_to_take_its_owner_from():
    image = compose()["services"]["spanwise"]["image"]
    written = {
        target
        for service in compose()["services"].values()
        if service["image"] == image
        for target, source in mounts(service).items()
        if not source.startswith(".")
    }
    made = {folder for word, what in RESULT if word == "RUN" for folder in re.findall(r" (/var/lib/\w+)", what)}
    assert written <= made


def test_both_stages_begin_with_one_pinned_slim_python():
    assert re.fullmatch(r"PYTHON=3\.13\.\d+-slim-[a-z]+", dict(STEPS)["ARG"])
    assert [what.split()[0] for word, what in STEPS if word == "FROM"] == ["python:${PYTHON}"] * 2


@pytest.mark.timeout(600)
def test_the_steps_make_an_environment_that_serves_the_configuration(tmp_path):
    root = tmp_path / "root"
    environment = build(root)
    spanwise = root / "opt/spanwise/bin/spanwise"
    said = run([spanwise, "--version"], root, environment).stdout
    assert said.startswith("spanwise ")
    shutil.copytree(ROOT / "examples/rules", tmp_path / "rules")
    shutil.copy(FOLDER / "spanwise.yaml", tmp_path)
    assert yaml.safe_load((tmp_path / "spanwise.yaml").read_text())["alerts"]["rule_files"] == ["rules/*.yaml"]
    run([spanwise, "config", "--check", tmp_path / "spanwise.yaml"], root, environment)
    run([root / "opt/spanwise/bin/python", "-m", "spanwise_stack.demo.provider", "--help"], root, environment)
    run([root / "opt/spanwise/bin/python", "-m", "spanwise_stack.demo.agent", "--help"], root, environment)
    assert versions(root, environment) <= locked()


def build(root):
    """Do what the first stage does, below `root`; the environment of its end."""
    environment, folder = {**os.environ}, root
    for word, what in BUILD:
        if word == "ENV":
            environment |= dict(pair.split("=", 1) for pair in shlex.split(what))
        elif word == "WORKDIR":
            folder = root / what.lstrip("/")
            folder.mkdir(parents=True)
        elif word == "COPY":
            copy(what.split(), folder)
        elif word == "RUN":
            run(["sh", "-euc", below(what, root)], folder, {**environment, "PATH": path_with_python(root)})
    return environment


def below(command, root):
    return re.sub(r"(?<=[ \"=])/(?=opt/|wheels\b)", f"{root}/", f" {command}")


def path_with_python(root):
    programs = root / "usr/bin"
    programs.mkdir(parents=True, exist_ok=True)
    if not (programs / "python").exists():
        # not the link itself: an environment made from it would be that of the tests
        (programs / "python").write_text(f'#!/bin/sh\nexec "{os.path.realpath(sys.executable)}" "$@"\n')
        (programs / "python").chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"


def copy(names, folder):
    for name in names[:-1]:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / names[-1], ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / name, folder)


def run(command, folder, environment):
    done = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done


def versions(root, environment):
    uv = root / "opt/uv/bin/uv"
    listed = run([uv, "pip", "freeze", "--python", root / "opt/spanwise"], root, environment).stdout.splitlines()
    return {line for line in listed if not line.startswith("spanwise")}


def locked():
    return {line.split()[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
