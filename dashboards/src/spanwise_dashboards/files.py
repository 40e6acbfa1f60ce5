"""Files for Grafana's own provisioning folder: data sources, the boards, and where it finds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from spanwise_dashboards.catalogue import write
from spanwise_dashboards.provision import FOLDER_TITLE, FOLDER_UID
from spanwise_dashboards.sources import PROMETHEUS, SOURCES, TRACES, new

_HEAD = "# Made by `spanwise dashboards files`; doing it again overwrites it.\n"


def provisioning(
    folder: Path, *, prometheus_url: str | None = None, collector_url: str | None = None, boards: str | None = None
) -> list[Path]:
    """Write what belongs into Grafana's `provisioning` folder; answer the files.

    Args:
        folder: where to write; made if missing.
        prometheus_url: Prometheus as Grafana reaches it.
        collector_url: the collector as Grafana reaches it.
        boards: the folder of the boards as Grafana sees it; None where it is the one that is written.
    """
    shown = folder / "dashboards" / "spanwise"
    urls = {PROMETHEUS.uid: prometheus_url, TRACES.uid: collector_url}
    sources = [{**new(source, urls[source.uid]), "orgId": 1, "editable": False} for source in SOURCES]
    provider = {
        "name": "spanwise", "orgId": 1, "type": "file", "folder": FOLDER_TITLE, "folderUid": FOLDER_UID,
        "disableDeletion": False, "allowUiUpdates": False, "updateIntervalSeconds": 30,
        "options": {"path": boards or str(shown.resolve())},
    }  # fmt: skip
    pages = {
        folder / "datasources" / "spanwise.yaml": {"apiVersion": 1, "datasources": sources},
        folder / "dashboards" / "spanwise.yaml": {"apiVersion": 1, "providers": [provider]},
    }
    for path, page in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEAD + _yaml(page), encoding="utf-8")
    return [*pages, *write(shown)]


def _yaml(page: dict[str, Any]) -> str:
    # Grafana expands $ in these files; none of ours may hold one by chance.
    text = yaml.safe_dump(page, sort_keys=False, allow_unicode=True)
    if "$" in text:
        raise ValueError("a '$' in an address or path would be expanded by Grafana; write it without")
    return text
