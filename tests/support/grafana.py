"""A local server with the part of Grafana's HTTP API that provisioning calls, its state in memory.

Written from what is known of Grafana's HTTP API (folders, data sources, dashboards), not recorded from a Grafana: what
passes against it has never met a real one, and exact statuses and messages may differ.
"""

from __future__ import annotations

import copy
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Json = dict[str, Any]
Answer = tuple[int, Any]

_VIEWER = frozenset({"folders:read", "dashboards:read"})
_EDITOR = _VIEWER | {"folders:create", "dashboards:write"}
_ADMIN = _EDITOR | {
    "datasources:read", "datasources:create", "datasources:write", "datasources:query", "dashboards:delete",
    "alert.provisioning:read", "alert.provisioning:write",
}  # fmt: skip
RIGHTS = {"viewer": _VIEWER, "editor": _EDITOR, "admin": _ADMIN}


@dataclass
class GrafanaState:
    """What the server holds, and how it is to behave."""

    tokens: dict[str, frozenset[str]] = field(default_factory=lambda: {f"glsa_{who}": RIGHTS[who] for who in RIGHTS})
    prefix: str = ""
    away: list[int] = field(default_factory=list)
    """Statuses to answer, one a request, before it works."""
    hiccups: dict[str, int] = field(default_factory=dict)
    """Statuses to answer once, by method and path."""
    data_sources: dict[str, Json] = field(default_factory=dict)
    folders: dict[str, Json] = field(default_factory=dict)
    boards: dict[str, Json] = field(default_factory=dict)
    contact_points: dict[str, Json] = field(default_factory=dict)
    rule_groups: dict[tuple[str, str], Json] = field(default_factory=dict)
    new_form: set[str] = field(default_factory=set)
    """Uids of boards that Grafana 13 keeps in its new form since people edited them."""
    major: int = 12
    requests: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The requests that were to change something."""
        return [(method, path) for method, path in self.requests if method != "GET"]


def _refused(code: int, message: str, **more: str) -> Answer:
    return code, {"message": message, **more}


def _health(state: GrafanaState, _: Json, __: str) -> Answer:
    more = {"enterpriseCommit": "def"} if state.major == 11 else {}
    return 200, {"commit": "abc", "database": "ok", "version": f"{state.major}.1.0", **more}


def _get_data_source(state: GrafanaState, _: Json, uid: str) -> Answer:
    found = state.data_sources.get(uid)
    return (200, found) if found else _refused(404, "Data source not found")


def _post_data_source(state: GrafanaState, body: Json, _: str) -> Answer:
    if any(each["name"] == body["name"] for each in state.data_sources.values()):
        return _refused(409, "data source with the same name already exists")
    if body["uid"] in state.data_sources:
        return _refused(409, "data source with the same uid already exists")
    stored = {
        "id": len(state.data_sources) + 1,
        "orgId": 1,
        "version": 1,
        "readOnly": False,
        "isDefault": False,
        **body,
    }
    state.data_sources[body["uid"]] = stored
    return 200, {"datasource": stored, "id": stored["id"], "message": "Datasource added", "name": body["name"]}


def _put_data_source(state: GrafanaState, body: Json, uid: str) -> Answer:
    found = state.data_sources.get(uid)
    if found is None:
        return _refused(404, "Data source not found")
    if found["readOnly"]:
        return _refused(403, "Cannot update read-only data source")
    if body.get("version", found["version"]) != found["version"]:
        return _refused(409, "Datasource has already been updated by someone else. Please reload and try again")
    stored = {**body, "id": found["id"], "orgId": 1, "version": found["version"] + 1, "readOnly": False}
    state.data_sources[uid] = stored
    return 200, {"datasource": stored, "id": stored["id"], "message": "Datasource updated", "name": stored["name"]}


def _data_source_health(state: GrafanaState, _: Json, uid: str) -> Answer:
    if uid not in state.data_sources:
        return _refused(404, "Data source not found")
    url = state.data_sources[uid]["url"].rstrip("/")
    asked = {"prometheus": "/api/v1/query?query=1%2B1", "jaeger": "/api/services"}[state.data_sources[uid]["type"]]
    try:
        with urllib.request.urlopen(f"{url}{asked}", timeout=5) as found:
            json.load(found)
            return 200, {"message": "Data source is working", "status": "OK"}
    except (urllib.error.URLError, OSError) as error:
        return _refused(400, f"error on post request: {error}", status="ERROR")


def _get_folder(state: GrafanaState, _: Json, uid: str) -> Answer:
    found = state.folders.get(uid)
    return (200, found) if found else _refused(404, "folder not found", status="not-found")


def _post_folder(state: GrafanaState, body: Json, _: str) -> Answer:
    if not body.get("title"):
        return _refused(400, "folder title cannot be empty")
    if body["uid"] in state.folders:
        if state.major == 11:
            return _refused(412, "The folder has been changed by someone else", status="version-mismatch")
        return _refused(409, "a folder with the same uid already exists", status="name-exists")
    stored = {"id": len(state.folders) + 1, "url": f"/dashboards/f/{body['uid']}", "version": 1, **body}
    state.folders[body["uid"]] = stored
    return 200, stored


def _get_board(state: GrafanaState, _: Json, uid: str) -> Answer:
    if uid in state.new_form:
        return _refused(406, "dashboard api version not supported, use /apis/dashboard.grafana.app/v2")
    found = state.boards.get(uid)
    return (200, found) if found else _refused(404, "Dashboard not found")


def _post_board(state: GrafanaState, body: Json, _: str) -> Answer:
    board, folder = copy.deepcopy(body["dashboard"]), body.get("folderUid", "")
    if not board.get("title"):
        return _refused(400, "Dashboard title cannot be empty")
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", board.get("uid", "")):
        return _refused(400, "uid contains illegal characters")
    if folder and folder not in state.folders:
        return _refused(400, "folder not found", status="not-found")
    found = state.boards.get(board["uid"])
    if found and found["meta"]["provisioned"]:
        return _refused(400, "Cannot save provisioned dashboard")
    state.new_form.discard(board["uid"])
    version = found["dashboard"]["version"] if found else 0
    if found and not body.get("overwrite") and board.get("version") != version:
        return _refused(412, "The dashboard has been changed by someone else", status="version-mismatch")
    number = found["dashboard"]["id"] if found else len(state.boards) + 1
    board |= {"id": number, "version": version + 1}
    meta = {"folderUid": folder, "version": version + 1, "provisioned": False, "url": f"/d/{board['uid']}"}
    state.boards[board["uid"]] = {"meta": meta, "dashboard": board}
    return 200, {"id": number, "uid": board["uid"], "url": meta["url"], "status": "success", "version": version + 1}


def _search(state: GrafanaState, _: Json, __: str) -> Answer:
    return 200, [
        {"uid": uid, "title": board["dashboard"]["title"], "type": "dash-db", "folderUid": board["meta"]["folderUid"]}
        for uid, board in state.boards.items()
        if "spanwise" in board["dashboard"].get("tags", [])
    ]


def _delete_board(state: GrafanaState, _: Json, uid: str) -> Answer:
    found = state.boards.pop(uid, None)
    if found is None:
        return _refused(404, "Dashboard not found")
    return 200, {"title": found["dashboard"]["title"], "message": "Dashboard deleted", "id": found["dashboard"]["id"]}


def _get_contact_points(state: GrafanaState, _: Json, __: str) -> Answer:
    return 200, [{**each, "provenance": "api"} for each in state.contact_points.values()]


def _post_contact_point(state: GrafanaState, body: Json, _: str) -> Answer:
    if "url" not in body["settings"]:
        return _refused(400, "could not find url property in settings")
    if body["uid"] in state.contact_points:
        return _refused(409, "contact point with this uid already exists")
    state.contact_points[body["uid"]] = body
    return 202, body


def _put_contact_point(state: GrafanaState, body: Json, uid: str) -> Answer:
    if uid not in state.contact_points:
        return _refused(404, "contact point not found")
    state.contact_points[uid] = {**body, "uid": uid}
    return 202, {"message": "contactpoint updated"}


def _get_rule_group(state: GrafanaState, _: Json, place: str) -> Answer:
    folder, _, title = place.partition("/rule-groups/")
    found = state.rule_groups.get((folder, unquote(title)))
    if found is None:
        return _refused(404, "rule group not found")
    kept = copy.deepcopy(found)
    for number, rule in enumerate(kept["rules"]):
        rule |= {"id": number + 1, "orgID": 1, "updated": "2026-11-20T12:00:00Z", "provenance": "api"}
        for query in rule["data"]:
            query["model"] |= {"intervalMs": 1000, "maxDataPoints": 43200}
            query.setdefault("relativeTimeRange", {"from": 0, "to": 0})
    return 200, kept


def _put_rule_group(state: GrafanaState, body: Json, place: str) -> Answer:
    folder, _, title = place.partition("/rule-groups/")
    if folder not in state.folders:
        return _refused(404, "folder not found")
    others = [kept for (of, group), kept in state.rule_groups.items() if of == folder and group != unquote(title)]
    titles = [rule["title"] for kept in others for rule in kept["rules"]]
    titles += [rule["title"] for rule in body["rules"]]
    if len(set(titles)) != len(titles):
        return _refused(409, "a conflicting alert rule is found: rule title under the same organisation and folder")
    told = {each["name"] for each in state.contact_points.values()}
    receivers = {rule["notification_settings"]["receiver"] for rule in body["rules"] if "notification_settings" in rule}
    if not receivers <= told:
        return _refused(400, "invalid notification settings: receiver does not exist")
    state.rule_groups[folder, unquote(title)] = body
    return 200, body


def _get_rules(state: GrafanaState, _: Json, __: str) -> Answer:
    return 200, [rule for group in state.rule_groups.values() for rule in group["rules"]]


def _delete_rule(state: GrafanaState, _: Json, uid: str) -> Answer:
    for group in state.rule_groups.values():
        group["rules"] = [rule for rule in group["rules"] if rule["uid"] != uid]
    return 204, {}


_ROUTES: list[tuple[str, str, str, Callable[[GrafanaState, Json, str], Answer]]] = [
    ("GET", r"/health", "", _health),
    ("GET", r"/datasources/uid/([^/]+)/health", "datasources:query", _data_source_health),
    ("GET", r"/datasources/uid/([^/]+)", "datasources:read", _get_data_source),
    ("PUT", r"/datasources/uid/([^/]+)", "datasources:write", _put_data_source),
    ("POST", r"/datasources", "datasources:create", _post_data_source),
    ("GET", r"/folders/([^/]+)", "folders:read", _get_folder),
    ("POST", r"/folders", "folders:create", _post_folder),
    ("GET", r"/dashboards/uid/([^/]+)", "dashboards:read", _get_board),
    ("DELETE", r"/dashboards/uid/([^/]+)", "dashboards:delete", _delete_board),
    ("GET", r"/search", "dashboards:read", _search),
    ("POST", r"/dashboards/db", "dashboards:write", _post_board),
    ("GET", r"/v1/provisioning/contact-points", "alert.provisioning:read", _get_contact_points),
    ("POST", r"/v1/provisioning/contact-points", "alert.provisioning:write", _post_contact_point),
    ("PUT", r"/v1/provisioning/contact-points/([^/]+)", "alert.provisioning:write", _put_contact_point),
    ("GET", r"/v1/provisioning/folder/([^/]+/rule-groups/[^/]+)", "alert.provisioning:read", _get_rule_group),
    ("PUT", r"/v1/provisioning/folder/([^/]+/rule-groups/[^/]+)", "alert.provisioning:write", _put_rule_group),
    ("GET", r"/v1/provisioning/alert-rules", "alert.provisioning:read", _get_rules),
    ("DELETE", r"/v1/provisioning/alert-rules/([^/]+)", "alert.provisioning:write", _delete_rule),
]


def answer(state: GrafanaState, method: str, path: str, authorization: str, body: Json) -> Answer:
    """Answer one request as Grafana does: first whether it is there, then who asks, then what."""
    if state.away:
        return _refused(state.away.pop(0), "Grafana is starting")
    hiccup = state.hiccups.pop(f"{method} {path}", None)
    if hiccup is not None:
        return _refused(hiccup, "Bad gateway")
    inner = path.removeprefix(f"{state.prefix}/api")
    if inner == path:
        return 404, "<!doctype html><title>Page not found</title>"
    for verb, pattern, right, handle in _ROUTES:
        match = re.fullmatch(pattern, inner)
        if match and verb == method:
            refusal = _refusal(state.tokens.get(authorization.removeprefix("Bearer ")), right)
            return refusal or handle(state, body, match[1] if match.groups() else "")
    return _refused(404, "Not found")


def _refusal(rights: frozenset[str] | None, needed: str) -> Answer | None:
    if needed and rights is None:
        return _refused(401, "Invalid API key", messageId="api-key.invalid")
    if needed and rights is not None and needed not in rights:
        said = f"You'll need additional permissions to perform this action. Permissions needed: {needed}"
        return _refused(403, said, title="Access denied")
    return None


def _handler(state: GrafanaState) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            state.requests.append((self.command, path))
            authorization = self.headers.get("Authorization", "")
            status, said = answer(state, self.command, path, authorization, json.loads(raw or b"{}"))
            text = said if isinstance(said, str) else json.dumps(said)
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(said, str) else "application/json")
            body = b"" if status == 204 else text.encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server looks for these names

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    return Handler


@contextmanager
def grafana(*, prefix: str = "", port: int = 0, major: int = 12) -> Iterator[GrafanaState]:
    """Serve an empty Grafana of a major version with the tokens glsa_viewer, glsa_editor and glsa_admin."""
    state = GrafanaState(prefix=prefix, major=major)
    with ThreadingHTTPServer(("127.0.0.1", port), _handler(state)) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}{prefix}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
