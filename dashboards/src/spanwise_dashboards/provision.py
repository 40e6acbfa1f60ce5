"""Puts data sources, folder and boards into a Grafana; doing it again changes nothing."""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, cast

from spanwise_dashboards.alerting import CONTACT_NAME, CONTACT_UID, RULE_UID, Group, contact_point
from spanwise_dashboards.board import Board
from spanwise_dashboards.errors import GrafanaAwayError, GrafanaConflictError, GrafanaRefusedError
from spanwise_dashboards.grafana import Grafana, Json
from spanwise_dashboards.render import TAG, render
from spanwise_dashboards.sources import PROMETHEUS, SOURCES, TRACES, DataSource, changed, new

Action = Literal["created", "updated", "unchanged", "removed", "to create", "to update", "to remove"]

FOLDER_UID: Final = "spanwise"
FOLDER_TITLE: Final = "Spanwise"

_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 4.0
_OF_GRAFANA: Final = frozenset({"id", "version", "schemaVersion"})
"""Keys of a board that Grafana itself sets or raises."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done with one thing, or is to be done (dry run).

    Attributes:
        kind: data source, folder, board, contact point or a group of alert rules.
        title: what people call it.
        uid: what Grafana calls it.
        action: what happened.
        detail: where it is, or what is wrong with it.
        diff: of a board that would change (dry run): its JSON in Grafana against ours, unified.
    """

    kind: Literal["data source", "folder", "board", "contact point", "alert rules"]
    title: str
    uid: str
    action: Action
    detail: str = ""
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Alerting:
    """What Grafana is to judge and tell itself.

    Attributes:
        alertmanager_url: our alert manager as Grafana reaches it; None makes no contact point.
        groups: of alert rules.
    """

    alertmanager_url: str | None = None
    groups: Sequence[Group] = ()


NO_ALERTING: Final = Alerting()


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
                return _looking_again(step)
            except GrafanaAwayError as error:
                if str(error) != told:
                    told = str(error)
                    self.tell(f"waiting: {told}")
                self.sleep(pause_s)
        return _looking_again(step)


def provision(
    grafana: Grafana,
    boards: Sequence[Board],
    patience: Patience,
    *,
    prometheus_url: str | None = None,
    collector_url: str | None = None,
    alerting: Alerting = NO_ALERTING,
    dry_run: bool = False,
    prune: bool = False,
) -> list[Outcome]:
    """Bring data sources, folder, boards, and what Grafana judges itself, to what they should be.

    The addresses are Prometheus and the collector as Grafana reaches them; None keeps what a data source has. A dry run
    only reads. `prune` removes boards of ours that are in the folder and not among `boards`, and, where there are
    groups, alert rules of ours that are in none of them.

    Raises:
        GrafanaAwayError: Grafana did not come up in time.
        GrafanaRefusedError: the address, the token or its rights are wrong, or something of ours is in the way.
    """
    patience.persist(grafana.check_ready)
    outcomes: list[Outcome] = []
    for source, url in ((PROMETHEUS, prometheus_url), (TRACES, collector_url)):
        step = functools.partial(_data_source, grafana, source, url, dry_run=dry_run)
        outcomes.append(patience.persist(step))
    outcomes.append(patience.persist(lambda: _folder(grafana, dry_run=dry_run)))
    outcomes += [patience.persist(functools.partial(_board, grafana, board, dry_run=dry_run)) for board in boards]
    outcomes += _alerting(grafana, alerting, patience, dry_run=dry_run)
    if prune:
        kept = {board.uid for board in boards}
        outcomes += patience.persist(lambda: _prune(grafana, kept, dry_run=dry_run))
        outcomes += patience.persist(lambda: _prune_rules(grafana, alerting.groups, dry_run=dry_run))
    return outcomes


def _alerting(grafana: Grafana, alerting: Alerting, patience: Patience, *, dry_run: bool) -> list[Outcome]:
    outcomes: list[Outcome] = []
    if alerting.alertmanager_url is not None:
        step = functools.partial(_contact_point, grafana, alerting.alertmanager_url, dry_run=dry_run)
        outcomes.append(patience.persist(step))
    steps = [functools.partial(_group, grafana, group, dry_run=dry_run) for group in alerting.groups]
    return outcomes + [patience.persist(step) for step in steps]


def _data_source(grafana: Grafana, source: DataSource, url: str | None, *, dry_run: bool) -> Outcome:
    found = grafana.data_source(source.uid)
    wanted = new(source, url) if found is None else changed(source, found, url)
    action = _action(found, wanted, dry_run=dry_run)
    if action == "created":
        grafana.create_data_source(wanted)
    elif action == "updated" and found is not None:
        if found.get("readOnly"):
            raise GrafanaRefusedError(
                f"the data source {source.uid} of {grafana.url} comes from a file of Grafana's; change it there"
            )
        grafana.update_data_source({**found, **wanted})
    shown = {**(found or {}), **wanted}
    fault = grafana.data_source_fault(source.uid) if action in {"created", "updated", "unchanged"} else ""
    detail = f"{shown['url']}; Grafana's check of it: {fault}" if fault else str(shown["url"])
    return Outcome("data source", str(shown["name"]), source.uid, action, detail)


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
    diff = _diff(found["dashboard"], compared) if found and action == "to update" else ""
    return Outcome("board", board.title, board.uid, action, f"{grafana.url}d/{board.uid}", diff)


def _contact_point(grafana: Grafana, url: str, *, dry_run: bool) -> Outcome:
    wanted, found = contact_point(url), grafana.contact_point(CONTACT_NAME)
    uid = None if found is None else str(found["uid"])
    compared = {key: value for key, value in wanted.items() if key != "uid"}
    action = _action(found, compared, dry_run=dry_run)
    if action in {"created", "updated"}:
        grafana.save_contact_point(wanted, uid)
    return Outcome("contact point", CONTACT_NAME, uid or CONTACT_UID, action, url)


def _group(grafana: Grafana, group: Group, *, dry_run: bool) -> Outcome:
    placed = [{**rule, "folderUID": FOLDER_UID, "ruleGroup": group.title} for rule in group.rules]
    wanted: Json = {"title": group.title, "folderUid": FOLDER_UID, "interval": group.interval_s, "rules": placed}
    action = _action(grafana.rule_group(FOLDER_UID, group.title), wanted, dry_run=dry_run)
    if action in {"created", "updated"}:
        grafana.save_rule_group(FOLDER_UID, wanted)
    return Outcome("alert rules", group.title, group.title, action, f"{len(placed)} rules")


def _prune_rules(grafana: Grafana, groups: Sequence[Group], *, dry_run: bool) -> list[Outcome]:
    kept = {rule["uid"] for group in groups for rule in group.rules}
    found = grafana.alert_rules_in(FOLDER_UID) if groups else []
    left = [each for each in found if str(each["uid"]).startswith(RULE_UID) and each["uid"] not in kept]
    if not dry_run:
        for each in left:
            grafana.delete_alert_rule(each["uid"], each["title"])
    action: Action = "to remove" if dry_run else "removed"
    return [Outcome("alert rules", each["title"], each["uid"], action, "in no group any more") for each in left]


def _prune(grafana: Grafana, kept: AbstractSet[str], *, dry_run: bool) -> list[Outcome]:
    left = [each for each in grafana.boards_in(FOLDER_UID, TAG) if each["uid"] not in kept]
    if not dry_run:
        for each in left:
            grafana.delete_board(each["uid"], each["title"])
    action: Action = "to remove" if dry_run else "removed"
    return [Outcome("board", each["title"], each["uid"], action, "not shipped any more") for each in left]


def _with_data_source(board: dict[str, object]) -> Json:
    """Let the board open with our data sources, where Grafana would take its default ones."""
    copy: Json = json.loads(json.dumps(board))
    ours = {source.variable: source for source in SOURCES}
    for variable in copy["templating"]["list"]:
        if variable["type"] == "datasource":
            source = ours[variable["name"]]
            variable["current"] = {"text": source.name, "value": source.uid}
    return copy


def _diff(found: Json, wanted: Json) -> str:
    """Compare what Grafana has with what we want, without the keys that it adds to the board itself."""
    theirs, ours = (
        json.dumps({key: side.get(key) for key in sorted(wanted)}, indent=2, sort_keys=True).splitlines()
        for side in (found, wanted)
    )
    return "\n".join(difflib.unified_diff(theirs, ours, "grafana", "spanwise", n=1, lineterm=""))


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


def _looking_again(step: Callable[[], T]) -> T:
    """Run a step, and once more where something came in its way: then it is seen, or it is really in the way."""
    try:
        return step()
    except GrafanaConflictError:
        return step()


def _pauses(wait_s: float) -> Iterator[float]:
    pause_s = _PAUSE_S
    while wait_s > 0:
        yield min(pause_s, wait_s)
        wait_s -= pause_s
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
