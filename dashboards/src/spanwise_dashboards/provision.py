"""Puts data source, folder and boards into a Grafana; doing it again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, cast

from spanwise_dashboards.board import Board
from spanwise_dashboards.errors import GrafanaAwayError, GrafanaRefusedError
from spanwise_dashboards.grafana import Grafana, Json
from spanwise_dashboards.render import render

Action = Literal["created", "updated", "unchanged", "to create", "to update"]

FOLDER_UID: Final = "spanwise"
FOLDER_TITLE: Final = "Spanwise"
DATA_SOURCE_UID: Final = "spanwise-prometheus"
DATA_SOURCE_NAME: Final = "Spanwise Prometheus"
PROMETHEUS_URL: Final = "http://localhost:9090"

_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 4.0
_OF_GRAFANA: Final = frozenset({"id", "version", "schemaVersion"})
"""Keys of a board that Grafana itself sets or raises."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done with one thing, or is to be done (dry run).

    Attributes:
        kind: data source, folder or board.
        title: what people call it.
        uid: what Grafana calls it.
        action: what happened.
        detail: where it is, or what is wrong with it.
    """

    kind: Literal["data source", "folder", "board"]
    title: str
    uid: str
    action: Action
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How to wait for a Grafana that is away.

    Attributes:
        wait_s: pauses of one step add up to at most this.
        sleep: waits that many seconds.
        tell: takes each new reason for waiting, for people.
    """

    wait_s: float
    sleep: Callable[[float], None]
    tell: Callable[[str], None]

    def persist(self, step: Callable[[], T]) -> T:
        """Run a step again while Grafana is away; it must be safe to repeat.

        Raises:
            GrafanaAwayError: the last reason, when the time is over.
        """
        told = ""
        for pause_s in _pauses(self.wait_s):
            try:
                return step()
            except GrafanaAwayError as error:
                if str(error) != told:
                    told = str(error)
                    self.tell(f"waiting: {told}")
                self.sleep(pause_s)
        return step()


def provision(
    grafana: Grafana, boards: Sequence[Board], patience: Patience, *, prometheus_url: str | None, dry_run: bool
) -> list[Outcome]:
    """Bring data source, folder and boards to what they should be.

    `prometheus_url` is Prometheus as Grafana reaches it; None keeps what the data source has, and is PROMETHEUS_URL for
    a new one. A dry run only reads.

    Raises:
        GrafanaAwayError: Grafana did not come up in time.
        GrafanaRefusedError: the address, the token or its rights are wrong, or something of ours is in the way.
    """
    patience.persist(grafana.check_ready)
    outcomes = [
        patience.persist(lambda: _data_source(grafana, prometheus_url, dry_run=dry_run)),
        patience.persist(lambda: _folder(grafana, dry_run=dry_run)),
    ]
    for board in boards:

        def step(board: Board = board) -> Outcome:
            return _board(grafana, board, dry_run=dry_run)

        outcomes.append(patience.persist(step))
    return outcomes


def _data_source(grafana: Grafana, url: str | None, *, dry_run: bool) -> Outcome:
    found = grafana.data_source(DATA_SOURCE_UID)
    wanted = _wanted_data_source(found, url)
    action = _action(found, wanted, dry_run=dry_run)
    if action == "created":
        grafana.create_data_source(wanted)
    elif action == "updated" and found is not None:
        if found.get("readOnly"):
            raise GrafanaRefusedError(
                f"the data source {DATA_SOURCE_UID} of {grafana.url} comes from a file of Grafana's; change it there"
            )
        grafana.update_data_source({**found, **wanted})
    shown = {**(found or {}), **wanted}
    fault = grafana.data_source_fault(DATA_SOURCE_UID) if action in {"created", "updated", "unchanged"} else ""
    detail = f"{shown['url']}; Grafana's check of it: {fault}" if fault else str(shown["url"])
    return Outcome("data source", str(shown["name"]), DATA_SOURCE_UID, action, detail)


def _wanted_data_source(found: Json | None, url: str | None) -> Json:
    if found is None:
        return {
            "uid": DATA_SOURCE_UID, "name": DATA_SOURCE_NAME, "type": "prometheus", "access": "proxy",
            "url": url or PROMETHEUS_URL, "jsonData": {"httpMethod": "POST"},
        }  # fmt: skip
    return {"uid": DATA_SOURCE_UID, "type": "prometheus", **({"url": url} if url else {})}


def _folder(grafana: Grafana, *, dry_run: bool) -> Outcome:
    found = grafana.folder(FOLDER_UID)
    # A folder that people gave another name keeps it.
    action = _action(found, {"uid": FOLDER_UID}, dry_run=dry_run)
    if action == "created":
        grafana.create_folder(FOLDER_UID, FOLDER_TITLE)
    title = (found or {}).get("title", FOLDER_TITLE)
    return Outcome("folder", title, FOLDER_UID, action, f"{grafana.url}dashboards/f/{FOLDER_UID}")


def _board(grafana: Grafana, board: Board, *, dry_run: bool) -> Outcome:
    found = grafana.board(board.uid)
    wanted = _with_data_source(render(board))
    compared = {key: value for key, value in wanted.items() if key not in _OF_GRAFANA}
    folder = {"meta": {"folderUid": FOLDER_UID}, "dashboard": compared}
    action = _action(found, folder, dry_run=dry_run)
    if action in {"created", "updated"}:
        grafana.save_board(wanted, FOLDER_UID)
    return Outcome("board", board.title, board.uid, action, f"{grafana.url}d/{board.uid}")


def _with_data_source(board: dict[str, object]) -> Json:
    """Let the board open with our data source, where Grafana would take its default one."""
    copy: Json = json.loads(json.dumps(board))
    for variable in copy["templating"]["list"]:
        if variable["name"] == "datasource":
            variable["current"] = {"text": DATA_SOURCE_NAME, "value": DATA_SOURCE_UID}
    return copy


def _action(found: Json | None, wanted: Json, *, dry_run: bool) -> Action:
    if found is None:
        return "to create" if dry_run else "created"
    if _holds(found, wanted):
        return "unchanged"
    return "to update" if dry_run else "updated"


def _holds(found: object, wanted: object) -> bool:
    """Tell whether all that is wanted is there; Grafana adds keys of its own to what it stores."""
    if isinstance(wanted, Mapping):
        have = cast("Mapping[str, Any]", found)
        want = cast("Mapping[str, Any]", wanted)
        return isinstance(found, Mapping) and all(key in have and _holds(have[key], want[key]) for key in want)
    if isinstance(wanted, list):
        items, expected = cast("list[Any]", found), cast("list[Any]", wanted)
        return isinstance(found, list) and len(items) == len(expected) and all(map(_holds, items, expected))
    return found == wanted


def _pauses(wait_s: float) -> Iterator[float]:
    pause_s = _PAUSE_S
    while wait_s > 0:
        yield min(pause_s, wait_s)
        wait_s -= pause_s
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
