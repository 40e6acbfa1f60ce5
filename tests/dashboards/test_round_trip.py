"""Each board through Grafana's own types: what they do not know, or write otherwise, is a fault of ours."""

import copy
import json
import warnings

import pytest

from spanwise_dashboards.catalogue import FILES

with warnings.catch_warnings():
    # the classic dashboard of the SDK calls itself deprecated while it is imported
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

register_default_plugins()
BOARDS = {file.stem: json.loads(file.read_text()) for file in sorted(FILES.glob("*.json"))}

every_board = pytest.mark.parametrize("uid", BOARDS)


def differences(ours, theirs, path=""):
    """What we wrote and did not come back so, as paths; what the SDK adds are Grafana's defaults."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [
            path_found
            for key in sorted(ours)
            for path_found in differences(ours[key], theirs.get(key), f"{path}.{key}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [found for i, (a, b) in pairs for found in differences(a, b, f"{path}[{i}]")]
    return [] if ours == theirs else [f"{path}: {ours!r} became {theirs!r}"]


def through_the_sdk(board):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return json.loads(JSONEncoder().encode(Dashboard.from_json(copy.deepcopy(board))))


@every_board
def test_a_board_comes_back_as_it_went(uid):
    assert differences(BOARDS[uid], through_the_sdk(BOARDS[uid])) == []


@pytest.mark.parametrize(
    ("place", "right", "wrong"),
    [
        (lambda board: board, "timezone", "timezon"),
        (lambda board: board["panels"][1], "description", "descripton"),
        (lambda board: board["panels"][1]["options"], "textMode", "textMod"),
        (lambda board: board["panels"][1]["fieldConfig"]["defaults"], "unit", "unitt"),
        (lambda board: board["panels"][1]["targets"][0], "legendFormat", "legend"),
        (lambda board: board["templating"]["list"][1], "includeAll", "includeall"),
        (lambda board: board["annotations"]["list"][1], "iconColor", "iconcolor"),
    ],
)
def test_a_misspelt_key_does_not_come_back(place, right, wrong):
    board = copy.deepcopy(BOARDS["spanwise-fleet"])
    held = place(board)
    held[wrong] = held.pop(right)
    assert [each for each in differences(board, through_the_sdk(board)) if wrong in each]
