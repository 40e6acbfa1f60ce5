from __future__ import annotations

from spanwise_alerts.record.tables import METADATA


def test_the_tables_are_those_that_running_databases_have():
    """A change here needs a migration."""
    assert {name: [column.name for column in table.columns] for name, table in METADATA.tables.items()} == {
        "alerts": ["fingerprint", "rule", "state"],
        "notices": ["fingerprint", "notice", "expires_s", "timeout"],
        "notification_log": ["group_key", "receiver", "told"],
        "silences": ["id", "silence"],
        "outbox": [
            "id", "key", "first_key", "channel", "group_key", "message", "status", "attempts", "due_s", "created_s",
            "ended_s", "reason",
        ],
        "audit": ["id", "at_s", "what", "fingerprint", "letter", "detail"],
        "watched": ["rule", "at_s"],
        "attention": ["fingerprint", "attention"],
        "detectors": ["rule", "chunk", "state"],
        "bands": ["rule", "until_s", "bands"],
    }  # fmt: skip
