"""`kill -9` of a real alert manager while alerts fire, resolve and are silenced: nothing lost, nothing doubled.

So also while the receiver fails in its own ways. `python -m tests.e2e.test_kill_alerts 100 [SEED [failing]]` does the
same at a hundred moments.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.alerts.test_app import Values, process
from tests.support.webhook import Delivery, Reply, Server, WebhookSink

DEADLINE_S = 90.0
ANSWER_S = 900.0
"""However short the lives are, an answer comes."""

FIRST_KILL_S, LAST_KILL_S = 0.0, 0.7


class Manager:
    """The alert manager's address, which changes with each life, and clients who ask again until they are answered."""

    def __init__(self) -> None:
        self.address = ""
        self.stopped = threading.Event()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        end_s = time.monotonic() + ANSWER_S
        while not self.stopped.is_set():
            assert time.monotonic() < end_s, f"{method} {path} was not answered"
            try:
                with httpx.Client(trust_env=False, timeout=5.0) as client:
                    answer = client.request(method, f"http://{self.address}{path}", json=body)
            except (httpx.HTTPError, httpx.InvalidURL):
                self.stopped.wait(0.02)
                continue
            assert answer.status_code == 200, answer.text
            return answer.json() if answer.content else None
        return None

    def push(self, name: str, *, over: bool = False) -> None:
        """Post an alert until that was acknowledged, as whoever pushes does."""
        ends = {"endsAt": datetime.now(UTC).isoformat()} if over else {}
        self.ask("POST", "/api/v2/alerts", [{"labels": {"alertname": name}, **ends}])

    def silence(self, pattern: str) -> str:
        now = datetime.now(UTC)
        matcher = {"name": "alertname", "value": pattern, "isRegex": True, "isEqual": True}
        body = {
            "matchers": [matcher], "createdBy": "me", "comment": "quiet", "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
        }  # fmt: skip
        return str(self.ask("POST", "/api/v2/silences", body)["silenceID"])


class Hook(WebhookSink):
    """A receiver that takes what comes, or refuses some: busy, broken, too many, or cut off after it."""

    def __init__(self, seed: int, *, failing: bool) -> None:
        super().__init__()
        self.taken = set[str]()
        self._chance = random.Random(seed)
        self._failing = failing

    def _take(self, delivery: Delivery) -> Reply:
        super()._take(delivery)
        with self.arrived:
            if self._failing and self._chance.random() < 0.3:
                busy = Reply(429, (("Retry-After", "1"),))
                return self._chance.choice([Reply(503), Reply(500), busy, Reply(cut=True), Reply(408)])
            if delivery.body:
                self.taken.add(delivery.body["delivery"])
        return Reply()


def killed_at(moments: int, folder: Path, seed: int = 4711, *, failing: bool = False) -> Counter[str]:
    """Kill at random moments, then let all end; return how often what was told, after it was judged."""
    chance, manager, values = random.Random(seed), Manager(), Values(a=9.0)
    with Server(values) as collector, Hook(seed, failing=failing) as hook:
        lives = Lives(folder, collector.url, hook.url, manager)
        with lives.one():
            silence = manager.silence("quiet-.*")
        pusher = threading.Thread(target=_push_on, args=(manager, moments), daemon=True)
        pusher.start()
        for _ in range(moments):
            with lives.one() as running:
                end_s = time.monotonic() + chance.uniform(FIRST_KILL_S, LAST_KILL_S)
                while time.monotonic() < end_s and running.poll() is None:
                    values.by_model = {"a": chance.choice((1.0, 9.0))}
                    threading.Event().wait(0.03)
        values.by_model = {"a": 1.0}
        with lives.one():
            pusher.join(ANSWER_S)
            assert not pusher.is_alive()
            quiet = {name for name, _, _ in told(hook) if name.startswith("quiet")}
            assert not quiet, f"told although silenced: {quiet}"
            manager.ask("DELETE", f"/api/v2/silence/{silence}")
            hook.wait_until(lambda: ("quiet-on", "firing") in {(n, s) for n, s, _ in told(hook)}, DEADLINE_S)
            manager.push("quiet-on", over=True)
            until(lambda: not manager.ask("GET", "/api/v2/alerts"))
            hook.wait_until(lambda: len(told(hook)) % 2 == 0 and balanced(hook), DEADLINE_S)
            until(lambda: not manager.ask("GET", "/api/v1/notifications?status=pending"))
            assert {each for *_, each in told(hook)} <= hook.taken
            dead = manager.ask("GET", "/api/v1/notifications?status=dead")
            assert dead == [], f"given up: {dead}"
    return judge(hook, moments)


class Lives:
    """One process after the other, on the same database."""

    def __init__(self, folder: Path, collector_url: str, hook_url: str, manager: Manager) -> None:
        self._arguments = (folder, collector_url, hook_url)
        self._manager = manager

    @contextmanager
    def one(self) -> Iterator[Any]:
        with process(*self._arguments) as (running, address):
            self._manager.address = address
            try:
                yield running
            finally:
                # somebody else may come to listen there
                self._manager.address = ""


def _push_on(manager: Manager, moments: int) -> None:
    manager.push("quiet-on")
    for place in range(moments):
        manager.push(f"loud-{place}")
        manager.push(f"quiet-{place}")
        manager.push(f"loud-{place}", over=True)
        manager.push(f"quiet-{place}", over=True)


def told(hook: WebhookSink) -> list[tuple[str, str, str]]:
    """What was told, each letter once, in order: alert, status, delivery."""
    found: dict[tuple[str, str, str], None] = {}
    # of a request that was cut off by the kill no body arrived
    for body in filter(None, hook.bodies):
        for alert in body["alerts"]:
            name = alert["labels"].get("model") or alert["labels"]["alertname"]
            found[name, alert["status"], body["delivery"]] = None
    return list(found)


def balanced(hook: WebhookSink) -> bool:
    return all(statuses[-1] == "resolved" for statuses in by_alert(hook).values())


def by_alert(hook: WebhookSink) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, status, _ in told(hook):
        found[name].append(status)
    return found


def judge(hook: WebhookSink, moments: int) -> Counter[str]:
    statuses = by_alert(hook)
    for name, said in statuses.items():
        assert said == ["firing", "resolved"] * (len(said) // 2), f"{name} was told {said}"
    for place in range(moments):
        assert statuses[f"loud-{place}"] == ["firing", "resolved"], f"loud-{place}: {statuses[f'loud-{place}']}"
    assert statuses["quiet-on"] == ["firing", "resolved"]
    assert all(d.headers["Idempotency-Key"] == d.body["delivery"] for d in hook.deliveries if d.body)
    return Counter({"letters": len(told(hook)), "attempts": len(hook.deliveries), "alerts": len(statuses)})


def until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end_s, "it did not happen in time"
        threading.Event().wait(0.05)


def test_kill_while_alerts_fire_resolve_and_are_silenced_loses_nothing_and_doubles_nothing(tmp_path: Path):
    killed_at(6, tmp_path)


@pytest.mark.timeout(300)
def test_kill_while_the_receiver_fails_in_its_own_ways_loses_nothing_and_doubles_by_the_same_key_only(tmp_path: Path):
    killed_at(3, tmp_path, seed=4712, failing=True)


if __name__ == "__main__":
    times, started_s = int(sys.argv[1]), time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else 4711
        counts = killed_at(times, Path(scratch), seed, failing="failing" in sys.argv)
    print(json.dumps({"kills": times, **counts, "seconds": round(time.monotonic() - started_s, 1)}))
