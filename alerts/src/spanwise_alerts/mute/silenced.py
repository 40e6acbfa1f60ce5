"""The silences that there are: what holds an alert back, and what changes when."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from spanwise_alerts.route import Maintenance, flat
from spanwise_alerts.silence import KEPT_S, Silence

_MINUTE_S = 60.0


class Silences:
    """All silences by id; those of the configuration as well."""

    def __init__(self, silences: Iterable[Silence] = ()) -> None:
        self._all = {silence.id: silence for silence in silences}
        self._planned: dict[str, Silence] = {}
        self._active: dict[str, Silence] = {}
        self._next_s = -math.inf

    def plan(self, maintenance: Iterable[Maintenance]) -> None:
        """Take the silences of the configuration in place of those it had."""
        self._planned = {}
        for part in maintenance:
            # the same name is the same silence, at each start
            key = str(uuid5(NAMESPACE_URL, f"spanwise:maintenance:{part.name}"))
            comment = f"{part.name}: {part.comment}" if part.comment else part.name
            self._planned[key] = Silence(
                id=key, matchers=flat(part.matchers), starts_at_s=0.0, ends_at_s=_FAR_S, created_by="configuration",
                comment=comment, annotations={}, updated_at_s=0.0, recurring=part.schedule,
            )  # fmt: skip
        self._next_s = -math.inf

    def get(self, silence_id: str) -> Silence | None:
        """Return a silence."""
        return self._all.get(silence_id) or self._planned.get(silence_id)

    def is_planned(self, silence_id: str) -> bool:
        """Whether a silence stands in the configuration."""
        return silence_id in self._planned

    def put(self, silence: Silence) -> None:
        """Keep a silence as it is now."""
        self._all[silence.id] = silence
        self._next_s = -math.inf

    def all(self) -> list[Silence]:
        """Return every silence."""
        return [*self._all.values(), *self._planned.values()]

    def by(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of the silences that hold back an alert with these labels, as of the last `move`."""
        if not self._active:
            return ()
        return tuple(sorted(key for key, silence in self._active.items() if silence.matches(labels)))

    def active(self) -> Iterator[Silence]:
        """Go through those that hold back now, as of the last `move`."""
        yield from self._active.values()

    def move(self, now_s: float) -> list[Silence]:
        """Go on to a moment; return the silences that began to hold back, or do so no more."""
        if now_s < self._next_s:
            return []
        active = {silence.id: silence for silence in self.all() if silence.state(now_s) == "active"}
        ended = [silence for key, silence in self._active.items() if key not in active]
        changed = [*ended, *(silence for key, silence in active.items() if key not in self._active)]
        self._active = active
        self._next_s = min((self._change_s(silence, now_s) for silence in self.all()), default=math.inf)
        return changed

    @property
    def next_s(self) -> float:
        """When `move` is due again (Unix time)."""
        return self._next_s

    def forget(self, now_s: float) -> list[str]:
        """Drop what has been over for long; return the ids."""
        old = [key for key, silence in self._all.items() if silence.ends_at_s + KEPT_S <= now_s]
        for key in old:
            del self._all[key]
        return old

    @staticmethod
    def _change_s(silence: Silence, now_s: float) -> float:
        if silence.recurring is not None and silence.starts_at_s <= now_s < silence.ends_at_s:
            # windows begin and end at full minutes
            return min((now_s // _MINUTE_S + 1) * _MINUTE_S, silence.ends_at_s)
        return next((at_s for at_s in (silence.starts_at_s, silence.ends_at_s) if at_s > now_s), math.inf)


def expired(silence: Silence, now_s: float) -> Silence:
    """End a silence now."""
    return replace(silence, starts_at_s=min(silence.starts_at_s, now_s), ends_at_s=now_s, updated_at_s=now_s)


_FAR_S = 253402300799.0  # the end of the year 9999
