"""Files for Grafana's own provisioning folder: data sources, the boards, and where it finds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from spanwise_dashboards.alerting import contact_point, duration
from spanwise_dashboards.catalogue import write
from spanwise_dashboards.provision import FOLDER_TITLE, FOLDER_UID, NO_ALERTING, Alerting
from spanwise_dashboards.sources import PROMETHEUS, SOURCES, TRACES, new

Json = dict[str, Any]

_HEAD = "# Made by `spanwise dashboards files`; doing it again overwrites it.\n"


def provisioning(
    folder: Path,
    *,
    prometheus_url: str | None = None,
    collector_url: str | None = None,
    boards: str | None = None,
    alerting: Alerting = NO_ALERTING,
) -> list[Path]:
    """Write what belongs into Grafana's `provisioning` folder; answer the files.

    Args:
        folder: where to write; made if missing.
        prometheus_url: Prometheus as Grafana reaches it.
        collector_url: the collector as Grafana reaches it.
        boards: the folder of the boards as Grafana sees it; None where it is the one that is written.
        alerting: what Grafana is to judge and tell itself.
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
    return [*pages, *_alerting(folder / "alerting" / "spanwise.yaml", alerting), *write(shown)]


def _alerting(path: Path, alerting: Alerting) -> list[Path]:
    contacts: list[Json] = []
    if alerting.alertmanager_url is not None:
        point = contact_point(alerting.alertmanager_url)
        contacts = [{"orgId": 1, "name": point.pop("name"), "receivers": [point]}]
    groups = [
        {
            "orgId": 1, "name": group.title, "folder": FOLDER_TITLE, "interval": duration(group.interval_s),
            "rules": [_escaped(rule) for rule in group.rules],
        }
        for group in alerting.groups
    ]  # fmt: skip
    if not contacts and not groups:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    page = {"apiVersion": 1, "contactPoints": contacts, "groups": groups}
    path.write_text(_HEAD + yaml.safe_dump(page, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return [path]


def _escaped(rule: Json) -> Json:
    # Of a rule Grafana expands $ in the labels only: annotations and queries keep theirs.
    return {**rule, "labels": {name: value.replace("$", "$$") for name, value in rule["labels"].items()}}


def _yaml(page: dict[str, Any]) -> str:
    # Grafana expands $ in these files; none of ours may hold one by chance.
    text = yaml.safe_dump(page, sort_keys=False, allow_unicode=True)
    if "$" in text:
        raise ValueError("a '$' in an address or path would be expanded by Grafana; write it without")
    return text
