"""Each source file has its test file."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = {
    "spanwise": "instrumentation",
    "spanwise_schema": "schema",
    "spanwise_collector": "collector",
    "spanwise_analysis": "analysis",
    "spanwise_alerts": "alerts",
    "spanwise_dashboards": "dashboards",
    "spanwise_stack": "compose",
}
SOURCES = sorted(path for path in ROOT.glob("*/src/**/*.py") if path.name != "__init__.py")

TESTED_THROUGH = {
    # Protocols: what implements them is tested.
    "alerts/src/spanwise_alerts/view/desk.py": "tests/alerts/view/test_alerts.py",
    "collector/src/spanwise_collector/reader.py": "tests/collector/test_reads.py",
    "alerts/src/spanwise_alerts/ask/source.py": "tests/alerts/ask/test_collector.py",
    "alerts/src/spanwise_alerts/gather/evident.py": "tests/alerts/gather/test_gatherer.py",
    "instrumentation/src/spanwise/url.py": "tests/instrumentation/test_exchange.py",
    # The parts of one decision, told in seconds as a whole.
    "alerts/src/spanwise_alerts/floor.py": "tests/acceptance/alerts/test_routes.py",
    "alerts/src/spanwise_alerts/flush.py": "tests/acceptance/alerts/test_quiet.py",
    "alerts/src/spanwise_alerts/called_off.py": "tests/acceptance/alerts/test_pagers.py",
    "alerts/src/spanwise_alerts/handed_over.py": "tests/acceptance/alerts/test_pagers.py",
    "alerts/src/spanwise_alerts/attend.py": "tests/acceptance/alerts/test_people.py",
    "alerts/src/spanwise_alerts/record/migrations/versions/attention.py": "tests/alerts/record/test_migrate.py",
    "alerts/src/spanwise_alerts/upkeep.py": "tests/acceptance/alerts/test_silences.py",
    "alerts/src/spanwise_alerts/views.py": "tests/alerts/test_dispatch.py",
    "alerts/src/spanwise_alerts/record/write.py": "tests/alerts/record/test_store.py",
    "alerts/src/spanwise_alerts/record/migrations/env.py": "tests/alerts/record/test_migrate.py",
    "alerts/src/spanwise_alerts/record/migrations/versions/tables.py": "tests/alerts/record/test_migrate.py",
    "alerts/src/spanwise_alerts/record/migrations/versions/detectors.py": "tests/alerts/record/test_migrate.py",
    "alerts/src/spanwise_alerts/active.py": "tests/alerts/test_app.py",
    # A name for a link: what all of them do is tested.
    "alerts/src/spanwise_alerts/receivers/slack.py": "tests/alerts/receivers/test_hook.py",
    "alerts/src/spanwise_alerts/receivers/teams.py": "tests/alerts/receivers/test_hook.py",
    "alerts/src/spanwise_alerts/receivers/discord.py": "tests/alerts/receivers/test_hook.py",
    "alerts/src/spanwise_alerts/receivers/wecom.py": "tests/alerts/receivers/test_hook.py",
    "alerts/src/spanwise_alerts/receivers/feishu.py": "tests/alerts/receivers/test_signed_hook.py",
    "alerts/src/spanwise_alerts/receivers/dingtalk.py": "tests/alerts/receivers/test_signed_hook.py",
    # A record without behaviour: who makes it is tested.
    "alerts/src/spanwise_alerts/detect/anomaly/band.py": "tests/alerts/view/test_bands.py",
    "alerts/src/spanwise_alerts/evidence.py": "tests/alerts/notify/test_courier.py",
    "alerts/src/spanwise_alerts/trace.py": "tests/alerts/ask/test_around.py",
    "alerts/src/spanwise_alerts/outbox.py": "tests/alerts/record/test_outbox.py",
    "alerts/src/spanwise_alerts/plan.py": "tests/alerts/record/test_rows.py",
    "alerts/src/spanwise_alerts/told.py": "tests/alerts/record/test_rows.py",
    "collector/src/spanwise_collector/point.py": "tests/collector/decode/test_metrics.py",
}


def mirror(path):
    package, *folders, name = path.relative_to(ROOT).parts[2:]
    return ROOT.joinpath("tests", FOLDER[package], *folders, f"test_{name}")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_has_its_test_file(path):
    key = str(path.relative_to(ROOT))
    other = TESTED_THROUGH.get(key)
    expected = ROOT / other if other else mirror(path)
    assert expected.exists(), f"{key} has no {expected.relative_to(ROOT)}"
