from __future__ import annotations

from pathlib import Path

from spanwise_alerts.plan import Happening, Plan
from spanwise_alerts.record.store import Store
from spanwise_alerts.record.trail import Wanted


def told(at_s: float, mark: str, *letters: str) -> Happening:
    return Happening(at_s, "told", mark, {"letters": list(letters)})


async def test_the_trail_of_an_alert_has_the_deliveries_of_what_was_told_of_it(tmp_path: Path):
    happened = [
        Happening(1.0, "fired", "aa", {}), told(2.0, "aa", "l1", "l2"), told(2.0, "bb", "l3"),
        Happening(3.0, "delivered", "", {}, "l1"), Happening(4.0, "delivered", "", {}, "l3"),
        Happening(5.0, "dead", "", {}, "l2"), Happening(6.0, "resolved", "aa", {}),
    ]  # fmt: skip
    async with Store(tmp_path / "a.sqlite3") as store:
        await store.commit(Plan(6.0, audit=happened))
        found = await store.trail(Wanted("aa"))
        assert found == [each for each in happened if each.fingerprint == "aa" or each.letter in {"l1", "l2"}]
        assert await store.trail(Wanted()) == happened
        assert await store.trail(Wanted(what=("fired", "dead"))) == [happened[0], happened[5]]
        assert await store.trail(Wanted(since_s=4.0, until_s=5.0)) == happened[4:6]
        assert await store.trail(Wanted(limit=2)) == happened[-2:]
        assert await store.trail(Wanted("aa", limit=2)) == [happened[5], happened[6]]
        assert await store.trail(Wanted("none")) == []
