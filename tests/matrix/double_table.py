"""Shows what other tracers and ours told together, as the second table of docs/instrumentation.md."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.matrix.compare import OURS
from tests.matrix.table import between
from tests.matrix.twice import Pair, Told
from tests.matrix.twins import TWINS, WAYS

BEGIN, END = "<!-- twice: written by `python -m tests.matrix --twice --write` -->", "<!-- end of twice -->"
_TITLES = {"run": "`spanwise run`", "ours": "ours first", "theirs": "theirs first"}


def markdown(pairs: Sequence[Pair]) -> str:
    """Write the table: who told the three calls (plain, streamed, asynchronous) of each way, and what was wrong."""
    lines = [f"| beside | traces | {' | '.join(_TITLES[way] for way in WAYS)} |", f"|{'---|' * (2 + len(WAYS))}"]
    notes: list[str] = []
    for pair in pairs:
        cells = [_cell(pair.ways.get(way, Told(wrong=pair.missing)), notes) for way in WAYS]
        lines.append(f"| {f'{pair.twin.name} {pair.version}'.strip()} | {pair.twin.what} | {' | '.join(cells)} |")
    told = [f"{index}. {note}" for index, note in enumerate(notes, 1)]
    return "\n".join([*lines, *(["", *told] if told else [])])


def write(pairs: Sequence[Pair], page: Path) -> None:
    """Put the rows among those that the page has, and leave the rest of the page alone. All rows must be there."""
    if [pair.twin for pair in pairs] != list(TWINS):
        raise SystemExit("--write: got some of the rows; expected all (with --resume, finished ones are kept)")
    head, _, tail = between(page, BEGIN, END)
    page.write_text(f"{head}{BEGIN}\n{markdown(pairs)}\n{END}{tail}")


def _cell(told: Told, notes: list[str]) -> str:
    if told.wrong:
        note = " ".join(told.wrong.replace("|", "\\|").split())
        if note not in notes:
            notes.append(note)
        return f"✗ ({notes.index(note) + 1})"
    counted = Counter("ours" if scope == OURS else "theirs" for scope in told.by)
    return ", ".join(f"{who} {counted[who]}" for who in ("theirs", "ours") if counted[who])
