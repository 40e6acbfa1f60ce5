"""Makes the pictures of commands in docs/pictures of what they really print: `python -m tests.pictures`; a minute."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

FOLDER = Path(__file__).parents[1] / "docs/pictures"
COMMAND = Path(sys.executable).with_name("spanwise")
COLUMNS = 132
PRINTED = {"demo": ("up", "--demo"), "doctor": ("doctor",)}


def printed(*arguments: str) -> str:
    """Run a command; what it prints, temporary folders without their random end."""
    environment = {**os.environ, "COLUMNS": str(COLUMNS)}
    done = subprocess.run([COMMAND, *arguments], stdout=subprocess.PIPE, env=environment, check=True, text=True)
    return re.sub(r"(spanwise-demo)-\w+", r"\1", done.stdout)


def picture(title: str, text: str) -> str:
    """Draw what was printed as a terminal window."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(text.strip(), no_wrap=True, overflow="ellipsis"))
        svg = console.export_svg(title=title)
    # fonts of the network would be asked for by whoever looks
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, arguments in PRINTED.items():
        svg = picture(f"spanwise {' '.join(arguments)}", printed(*arguments))
        (FOLDER / f"{name}.svg").write_text(svg)
