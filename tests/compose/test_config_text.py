"""The configuration that `spanwise config` prints."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from spanwise_alerts.rules.kinds import KINDS
from spanwise_alerts.rules.threshold import Threshold
from spanwise_stack.config import StackConfig, parse
from spanwise_stack.config_text import render


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def fields(model: type[BaseModel], above: tuple[type[BaseModel], ...] = ()) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field
        for inner in models_in(field.annotation):
            if inner not in (model, *above):
                yield from fields(inner, (model, *above))


def uncommented(text: str) -> str:
    """Take the examples in place of the empty defaults."""
    kept: list[str] = []
    for line in text.splitlines():
        stripped = line.lstrip()
        if stripped.startswith("#   "):
            kept[-1] = kept[-1].removesuffix(" []").removesuffix(" null").removesuffix(" {}")
            kept.append(line.replace("#", " ", 1))
        elif not stripped.startswith("#"):
            kept.append(line)
    return "\n".join(kept)


def test_reading_it_back_gives_the_defaults():
    assert parse(yaml.safe_load(render()), "printed", Path()) == StackConfig()


def test_every_key_of_every_model_is_in_it():
    # of rules it shows one kind; the others have a page of their own
    others = {key for kind in KINDS.values() if kind is not Threshold for key, _ in fields(kind)}
    missing = [key for key, _ in fields(StackConfig) if f"{key}:" not in render()]
    assert [key for key in missing if key not in {"info", "below", "clear_above", *others}] == []


def test_its_examples_are_valid_as_they_stand(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "more.yaml").write_text("rules: []")
    (tmp_path / "secret").write_text("a secret that is long enough to sign with")
    text = uncommented(render())
    text = re.sub(r"/run/secrets/\w+", str(tmp_path / "secret"), text)
    given = yaml.safe_load(text)
    for key in ("matchers", "mute_time_intervals"):  # for the routes below the top one only
        assert given["alerts"]["route"].pop(key)
    config = parse(given, "example", tmp_path)
    assert config.alerts.rules[0].name == "llm-latency"
    assert config.collector.prices["qwen"]["qwen-max"].input_mtok == 1.6
    assert config.alerts.receivers[0].email
    assert config.alerts.receivers[0].webhook


def test_every_key_of_every_model_has_a_description():
    assert [key for key, field in fields(StackConfig) if not field.description] == []


def test_every_key_has_a_comment_above_it():
    lines = [line for line in render().splitlines() if line and "#  " not in line]
    for above, line in pairwise(lines):
        if not line.lstrip().startswith("#"):
            assert above.lstrip().startswith("#"), line


def test_the_documentation_names_every_key():
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    assert [path for path in paths(StackConfig, "") if f"`{path}`" not in text] == []


def paths(model: type[BaseModel], above: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        path = f"{above}{field.alias or name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from paths(field.annotation, f"{path}.")
        else:
            yield path
