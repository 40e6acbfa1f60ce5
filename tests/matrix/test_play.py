import sys
from importlib.metadata import version
from pathlib import Path

from tests.matrix.environment import Environment
from tests.matrix.play import play
from tests.matrix.receiver import receive
from tests.matrix.sdks import SCENARIOS, SDKS
from tests.support.protocols.server import serve


def test_real_agent_process_is_told_truly():
    """The fast part of the matrix: the SDK of this environment, in two scenarios."""
    from dataclasses import replace

    left_out = tuple((name, "covered by the matrix") for name in SCENARIOS if name not in {"tool", "break"})
    sdk = replace(SDKS[0], skip=left_out)
    environment = Environment(Path(sys.prefix), version("openai"))
    with serve() as server, receive() as receiver:
        cells = dict(play(sdk, environment, server, receiver))
    assert {name: cell.found for name, cell in cells.items() if not cell.skipped} == {"tool": (), "break": ()}
