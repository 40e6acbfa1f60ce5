from __future__ import annotations

from spanwise_alerts.record.store import BANDS_KEPT_S, Store


async def test_what_detectors_know_comes_back_in_order_and_replaces_what_was_kept(where):
    async with Store(where) as store:
        await store.lead()
        await store.keep_detectors("slow", [b"old", b"older"], None, 1.0)
        await store.keep_detectors("slow", [b"a", b"b", b"\x00"], None, 2.0)
        await store.keep_detectors("dear", [b"c"], None, 2.0)
        assert await store.detectors("slow") == [b"a", b"b", b"\x00"]
        assert await store.detectors("none") == []


async def test_rules_that_are_gone_are_forgotten(where):
    async with Store(where) as store:
        await store.lead()
        for rule in ("slow", "dear"):
            await store.keep_detectors(rule, [b"a"], None, 1.0)
        await store.drop_detectors(["dear"])
        assert await store.detectors("slow") == []
        assert await store.detectors("dear") == [b"a"]


async def test_bands_are_kept_by_stretch_and_forgotten_after_days(where):
    async with Store(where) as store:
        await store.lead()
        await store.keep_detectors("slow", [], b"first", 300.0)
        await store.keep_detectors("slow", [], b"second", 600.0)
        await store.keep_detectors("dear", [], b"other", 600.0)
        assert await store.bands("slow", 0.0) == [b"first", b"second"]
        assert await store.bands("slow", 301.0) == [b"second"]
        await store.prune(400.0 + BANDS_KEPT_S)
        assert await store.bands("slow", 0.0) == [b"second"]
