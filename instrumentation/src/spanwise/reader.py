"""Reads typed values of variables, and gathers every fault so that all are told at once."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")


@dataclass(slots=True)
class Reader:
    """Reads variables by name; what is unset or blank is the default, what is wrong is a fault."""

    environ: Mapping[str, str]
    faults: list[str] = field(default_factory=list[str])

    def text(self, *names: str) -> str:
        """Give the first value that is set; blank where none is."""
        return next(filter(None, (self.environ.get(name, "").strip() for name in names)), "")

    def flag(self, name: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self.text(name).lower()
        if value and value not in _TRUE + _FALSE:
            self.wrong(name, value, "true or false")
        return default if not value else value in _TRUE

    def pairs(self, name: str) -> dict[str, str]:
        """Read `host=provider,host:8000=provider2`."""
        pairs: dict[str, str] = {}
        for entry in self.names(name):
            host, _, provider = (part.strip() for part in entry.partition("="))
            if not host or not provider or "/" in host:
                self.wrong(name, entry, "host=provider or host:port=provider")
            pairs[host] = provider
        return pairs

    def names(self, name: str) -> tuple[str, ...]:
        """Read a list that commas separate."""
        return tuple(filter(None, (part.strip() for part in self.text(name).split(","))))

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        """Read one of some words; the first is the default."""
        value = self.text(name).lower() or options[0]
        if value not in options:
            self.wrong(name, value, f"one of {', '.join(options)}")
        return value

    def whole(self, name: str, least: int, *, unset: bool = False) -> int | None:
        """Read a whole number of at least `least`; None where unset, or where `unset` is allowed and said."""
        value = self.text(name)
        if not value or (unset and value.lower() == "unset"):
            return None
        if not (value.isascii() and value.isdecimal() and int(value) >= least):
            self.wrong(name, value, f"a whole number of at least {least}")
            return None
        return int(value)

    def number(self, name: str, least: float, most: float = math.inf) -> float | None:
        """Read a number from `least` to `most`; None where unset or wrong."""
        value = self.text(name)
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if least <= number <= most and not math.isinf(number):
            return number
        self.wrong(name, value, f"a number of at least {least:g}" + ("" if math.isinf(most) else f", at most {most:g}"))
        return None

    def file(self, name: str) -> str:
        """Read the path of a file that is there."""
        value = self.text(name)
        if value and not Path(value).is_file():
            self.wrong(name, value, "the path of a file")
        return value

    def installed(self, name: str, value: str, group: str, known: Iterable[str], package: str = "") -> bool:
        """Say whether an entry point is there; a fault tells what is, and `package`, which would bring it."""
        if value in known or self.entry_point(group, value):
            return True
        others = sorted({*known, *entry_points(group=group).names})
        more = f" (`pip install {package}` adds it)" if package else ""
        expected = f"one of {', '.join(others)}" if others else f"an entry point of {group}, of which there is none"
        self.wrong(name, value, expected + more)
        return False

    @staticmethod
    def entry_point(group: str, name: str) -> bool:
        """Say whether an installed package offers an entry point."""
        return bool(entry_points(group=group, name=name))

    def wrong(self, name: str, value: str, expected: str) -> None:
        """Note a fault."""
        self.faults.append(f"{name}: got {value!r}, expected {expected}")

    def done(self) -> None:
        """Raise ValueError that names every fault, where there is any."""
        if self.faults:
            raise ValueError("; ".join(self.faults))
