"""The calls of Grafana's HTTP API that provisioning needs; every failure is a GrafanaError that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import quote

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaException

from spanwise_dashboards.address import Address
from spanwise_dashboards.errors import (
    GrafanaAwayError,
    GrafanaConflictError,
    GrafanaError,
    GrafanaMissingError,
    GrafanaRefusedError,
)

Json = dict[str, Any]

TIMEOUT_S: Final = 10.0
_AWAY: Final = frozenset({0, 429, 502, 503, 504})
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_KINDS: Final[dict[int, type[GrafanaRefusedError]]] = {
    404: GrafanaMissingError, 409: GrafanaConflictError, 412: GrafanaConflictError,
}  # fmt: skip
_OTHER_SHAPE: Final = 406
_BROKEN: Final = 500
_EXPECTED: Final = "give the address that opens Grafana, sub-path included"


class Grafana:
    """One Grafana, spoken to through grafana-client. Close it, or use it as a context manager.

    Every method raises GrafanaAwayError where trying again may help, else GrafanaRefusedError.
    """

    def __init__(self, address: Address) -> None:
        self.url = address.url
        # Typed here: grafana-client does not say what its methods answer.
        self._api: Any = GrafanaApi.from_url(address.url, credential=address.token, timeout=TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._api.client.s.close()

    def check_ready(self) -> None:
        """Ask whether Grafana runs and has its database."""
        # Not grafana-client's health.check: that one needs rights and says nothing of the database.
        health = self._find("say how it is", "", self._api.client.GET, "/health")
        if health is None or "database" not in health:
            raise GrafanaRefusedError(f"{self.url} is not a Grafana; {_EXPECTED}")
        if health["database"] != "ok":
            raise GrafanaAwayError(f"Grafana at {self.url} has no database yet: {health['database']}")

    def data_source(self, uid: str) -> Json | None:
        """Read a data source, None if there is none."""
        return self._find("read data sources", "datasources:read", self._api.datasource.get_datasource_by_uid, uid)

    def create_data_source(self, wanted: Json) -> None:
        """Create a data source."""
        self._do("create a data source", "datasources:create", self._api.datasource.create_datasource, wanted)

    def update_data_source(self, wanted: Json) -> None:
        """Replace a data source as it is with `wanted`, found by its uid."""
        update = self._api.datasource.update_datasource_by_uid
        self._do("update the data source", "datasources:write", update, wanted["uid"], wanted)

    def data_source_fault(self, uid: str) -> str:
        """Ask Grafana whether the data source answers; the fault in its words, empty if there is none."""
        what = "check the data source"
        try:
            answer = self._do(what, "datasources:query", self._api.datasource.health, uid)
        except GrafanaError as error:
            return str(error).rpartition(f"refused to {what}: ")[2]
        return "" if answer.get("status") == "OK" else str(answer.get("message", answer))

    def folder(self, uid: str) -> Json | None:
        """Read a folder, None if there is none."""
        return self._find("read folders", "folders:read", self._api.folder.get_folder, uid)

    def create_folder(self, uid: str, title: str) -> None:
        """Create a folder."""
        self._do("create a folder", "folders:create", self._api.folder.create_folder, title, uid)

    def board(self, uid: str) -> Json | None:
        """Read a board with its `meta`, None if there is none."""
        try:
            return self._find("read boards", "dashboards:read", self._api.dashboard.get_dashboard, uid)
        except GrafanaRefusedError as error:
            # Grafana 13 may keep a board that people edited in its new form, which this call does not show (406).
            cause = error.__cause__
            if isinstance(cause, GrafanaException) and cast("Any", cause).status_code == _OTHER_SHAPE:
                return {"meta": {}, "dashboard": {}}
            raise

    def save_board(self, board: Json, folder_uid: str) -> None:
        """Create a board, or replace the one with its uid whatever its version."""
        body = {"dashboard": board, "folderUid": folder_uid, "message": "spanwise dashboards", "overwrite": True}
        self._do(f"save the board {board['title']!r}", "dashboards:write", self._api.dashboard.update_dashboard, body)

    def boards_in(self, folder_uid: str, tag: str) -> list[Json]:
        """List the boards of a folder that carry a tag, each with its `uid` and `title`."""
        # A folder that is not there yet holds none; Grafana would answer with the boards of all folders.
        if self.folder(folder_uid) is None:
            return []
        found = self._call("list boards", "dashboards:read", self._api.client.GET, f"/search?type=dash-db&tag={tag}")
        listed = cast("list[Json]", found) if isinstance(found, list) else []
        return [each for each in listed if each.get("folderUid") == folder_uid]

    def delete_board(self, uid: str, title: str) -> None:
        """Delete a board."""
        self._do(f"delete the board {title!r}", "dashboards:delete", self._api.dashboard.delete_dashboard, uid)

    def contact_point(self, name: str) -> Json | None:
        """Read the first contact point of a name, None if there is none."""
        read = self._api.alertingprovisioning.get_contactpoints
        found = self._call("read contact points", "alert.provisioning:read", read)
        listed = cast("list[Json]", found) if isinstance(found, list) else []
        return next((each for each in listed if each.get("name") == name), None)

    def save_contact_point(self, wanted: Json, uid: str | None) -> None:
        """Create a contact point, or replace the one with the uid."""
        api, right = self._api.alertingprovisioning, "alert.provisioning:write"
        if uid is None:
            self._call("create a contact point", right, api.create_contactpoint, wanted)
        else:
            self._call("update the contact point", right, api.update_contactpoint, uid, {**wanted, "uid": uid})

    def rule_group(self, folder_uid: str, title: str) -> Json | None:
        """Read a group of alert rules, None if there is none."""
        read = self._api.alertingprovisioning.get_rule_group
        return self._find("read alert rules", "alert.provisioning:read", read, folder_uid, quote(title, safe=""))

    def save_rule_group(self, folder_uid: str, wanted: Json) -> None:
        """Create a group of alert rules, or replace it whole."""
        write = self._api.alertingprovisioning.update_rule_group
        what, title = f"save the alert rules {wanted['title']!r}", quote(wanted["title"], safe="")
        self._do(what, "alert.provisioning:write", write, folder_uid, title, wanted)

    def alert_rules_in(self, folder_uid: str) -> list[Json]:
        """List the alert rules of a folder, each with `uid`, `title` and `ruleGroup`."""
        read = self._api.alertingprovisioning.get_alertrules_all
        found = self._call("list alert rules", "alert.provisioning:read", read)
        listed = cast("list[Json]", found) if isinstance(found, list) else []
        return [each for each in listed if each.get("folderUID") == folder_uid]

    def delete_alert_rule(self, uid: str, title: str) -> None:
        """Delete an alert rule."""
        delete = self._api.alertingprovisioning.delete_alertrule
        self._call(f"delete the alert rule {title!r}", "alert.provisioning:write", delete, uid)

    def _find(self, what: str, right: str, call: Callable[..., object], *args: object) -> Json | None:
        try:
            return self._do(what, right, call, *args)
        except GrafanaMissingError:
            return None

    def _do(self, what: str, right: str, call: Callable[..., object], *args: object) -> Json:
        answer = self._call(what, right, call, *args)
        if not isinstance(answer, dict):
            raise GrafanaRefusedError(f"{self.url} is not a Grafana; {_EXPECTED}")
        return cast("Json", answer)

    def _call(self, what: str, right: str, call: Callable[..., object], *args: object) -> object:
        try:
            return call(*args)
        except GrafanaException as error:
            raise self._translated(error, what, right) from error
        except ValueError as error:
            raise GrafanaRefusedError(f"{self.url} did not answer as Grafana does: {error}") from error
        except OSError as error:
            # What grafana-client's HTTP library raises is an OSError, and is not translated by it.
            raise GrafanaAwayError(f"cannot reach Grafana at {self.url}: {_cause(error)}") from error

    def _translated(self, error: GrafanaException, what: str, right: str) -> GrafanaError:
        status, response = cast("int", cast("Any", error).status_code), cast("object", cast("Any", error).response)
        said = str(cast("Json", response).get("message", error) if isinstance(response, dict) else error)
        if status in _AWAY:
            return GrafanaAwayError(f"cannot {what} at {self.url}: {said}")
        if status == _UNAUTHORIZED:
            return GrafanaRefusedError(
                f"Grafana at {self.url} does not accept the token; is it complete, is it expired?"
            )
        if status == _FORBIDDEN:
            return GrafanaRefusedError(
                f"the token may not {what} at {self.url}; it needs the permission {right}, which the role Admin has "
                f"({said})"
            )
        if status >= _BROKEN:
            return GrafanaRefusedError(f"Grafana at {self.url} failed to {what}: {said}; its log says why")
        return _KINDS.get(status, GrafanaRefusedError)(f"Grafana at {self.url} refused to {what}: {said}")


def _cause(error: BaseException) -> str:
    """Find the operating system's words below the layers of an HTTP library."""
    cause: BaseException | None = error
    words = str(error)
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            words = cause.strerror
        cause = cause.__cause__ or cause.__context__
    return words
