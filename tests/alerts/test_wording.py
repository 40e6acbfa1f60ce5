from __future__ import annotations

import pytest

from spanwise_alerts.wording import fault_in, say


def test_a_sentence_names_dimensions_and_numbers():
    names = {"model": "m", "value": "9 s", "labels": {"team": "ai"}}
    assert say("{{ model }} of {{ labels.team }}\n is {{ value }}", names) == "m of ai is 9 s"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{ modle }}", "unknown name: got 'modle', expected one of model, value"),
        ("{{ model ", "expected a Jinja2 template"),
        ("{% for x in labels %}{{ x }}{% endfor %} {{ value }}", ""),
    ],
)
def test_faults_are_found_before_anything_fires(text: str, wanted: str):
    fault = fault_in(text, ["model"])
    assert wanted in fault
    assert bool(fault) == bool(wanted)


@pytest.mark.parametrize("text", ["{{ 1 / 0 }}", "{{ labels.nix }}", "{{ value.__class__.__mro__ }}"])
def test_a_sentence_that_fails_is_told_as_it_stands(text: str):
    assert say(text, {"labels": {}, "value": "1"}).startswith(text)
