"""What is added to letters on their way out: evidence about their alerts, and pictures of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from spanwise_alerts.alert import Letter
from spanwise_alerts.ask.around import Around
from spanwise_alerts.ask.prometheus import Prometheus
from spanwise_alerts.ask.source import Source
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.detect.evaluate import questions
from spanwise_alerts.gather.evident import Evident
from spanwise_alerts.gather.gatherer import Gatherer
from spanwise_alerts.gather.history import CHANGES, MOST_TURNS
from spanwise_alerts.notify.artist import Artist
from spanwise_alerts.plan import Happening
from spanwise_alerts.record.trail import Wanted
from spanwise_alerts.rule import COLLECTOR

Trail = Callable[[Wanted], Awaitable[Sequence[Happening]]]


class Outfit:
    """Dresses letters; nothing of it is recorded with them."""

    def __init__(
        self, collector_url: str, sources: Callable[[], Mapping[str, Source]], trail: Trail,
        config: Callable[[], AlertsConfig],
    ) -> None:  # fmt: skip
        """Take the sources and the configuration as they are now: both change with a reload."""
        self._around = Around(collector_url)
        self._artist = Artist()

        async def happened(fingerprint: str) -> Sequence[Happening]:
            return await trail(Wanted(fingerprint, CHANGES, limit=MOST_TURNS))

        def courses() -> dict[str, Prometheus]:
            return {name: source for name, source in sources().items() if isinstance(source, Prometheus)}

        evident = Evident(lambda: sources()[COLLECTOR], self._around, courses, happened, questions)
        self._gatherer = Gatherer(evident, lambda: config().watched, lambda: config().links)

    async def dress(self, letter: Letter) -> Letter:
        """Add what is there in time."""
        return await self.draw(await self._gatherer.dress(letter))

    async def draw(self, letter: Letter) -> Letter:
        """Add pictures of the evidence that a letter has."""
        return await self._artist.dress(letter)

    async def close(self) -> None:
        """Let go of what is still looked for or drawn."""
        for each in (self._gatherer, self._artist, self._around):
            await each.close()
