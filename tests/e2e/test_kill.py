"""`kill -9` under load: what was acknowledged is there once, and no number goes back."""

import random
import threading
import time
import urllib.error
import urllib.request

import pytest

from tests.support.otlp import traffic
from tests.support.up import running

ROUNDS = 4
SPANS = 64


class Sender(threading.Thread):
    """Sends requests one after the other, as an exporter does: what was not acknowledged is sent again."""

    def __init__(self, up, first_seed):
        super().__init__(daemon=True)
        self.up = up
        self.seed = first_seed
        self.truths = []
        self.sent = 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.is_set():
            body, truth = traffic(self.seed, spans=SPANS, now_ns=time.time_ns())
            while not self.acknowledged(body):
                time.sleep(0.02)
            self.truths.append(truth)
            self.seed += 1

    def acknowledged(self, body):
        asked = urllib.request.Request(self.up.otlp, body, {"Content-Type": "application/x-protobuf"})
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False


@pytest.mark.timeout(300)
def test_acknowledged_spans_survive_kill(tmp_path):
    dice = random.Random(time.time_ns())
    with running(tmp_path) as up:
        senders = [Sender(up, n * 1_000_000) for n in range(3)]
        for sender in senders:
            sender.start()
        before = {}
        for _ in range(ROUNDS):
            time.sleep(dice.uniform(0.2, 3.0))
            before = up.metrics()
            time.sleep(dice.uniform(0.0, 0.5))
            up.kill()
            up.start()
            after = up.metrics()
            assert {
                name: (value, after.get(name)) for name, value in before.items() if after.get(name, -1) < value
            } == {}
        for sender in senders:
            sender.ended.set()
            sender.join(60)
        truths = [truth for sender in senders for truth in sender.truths]
        ledger = up.get("/api/v1/ledger")
        assert ledger["stored"] == len(truths) * SPANS
        assert ledger["received"] == ledger["stored"] + ledger["rejected"] + ledger["duplicate"]
        assert ledger["rejected"] == 0
        assert counted(up, "llm.calls") == sum(len(truth.llm) for truth in truths)
        assert counted(up, "tool.calls") == sum(len(truth.tools) for truth in truths)
        assert counted(up, "run.count") == sum(len(truth.runs) for truth in truths)
        for truth in dice.sample(truths, 5):
            assert {span_id for trace_id in traces(truth) for span_id in stored(up, trace_id)} == spans(truth)
        assert up.stop() == 0
        assert "0 spans lost" in up.log.read_text()


def counted(up, measure):
    (series,) = up.get(f"/api/v1/measure?measure={measure}&stat=count&window=1h")["series"]
    return series["value"]


def traces(truth):
    return {trace_id for trace_id, _ in truth.ids}


def spans(truth):
    return {span_id.hex() for _, span_id in truth.ids}


def stored(up, trace_id):
    ids = [span["span_id"] for span in up.get(f"/api/v1/traces/{trace_id.hex()}")["spans"]]
    assert len(ids) == len(set(ids))
    return ids
