"""All kinds of rules: which there are, and reading one."""

from __future__ import annotations

from typing import Annotated, Final, cast

from pydantic import PlainValidator

from spanwise_alerts.faults import expected
from spanwise_alerts.rule import Rule, refuse
from spanwise_alerts.rules.absence import Absence
from spanwise_alerts.rules.anomaly import Anomaly
from spanwise_alerts.rules.budget import Budget
from spanwise_alerts.rules.burn_rate import BurnRate
from spanwise_alerts.rules.change import Change
from spanwise_alerts.rules.dead_man import DeadMan
from spanwise_alerts.rules.joint import Joint
from spanwise_alerts.rules.outage import Outage
from spanwise_alerts.rules.promql import Promql
from spanwise_alerts.rules.runaway import Runaway
from spanwise_alerts.rules.threshold import Threshold
from spanwise_alerts.rules.unanswered import Unanswered
from spanwise_alerts.rules.unpriced import Unpriced

KINDS: Final[dict[str, type[Rule]]] = {
    "threshold": Threshold, "change": Change, "absence": Absence, "budget": Budget, "burn_rate": BurnRate,
    "unpriced": Unpriced, "anomaly": Anomaly, "joint": Joint, "outage": Outage, "runaway": Runaway, "promql": Promql,
    "unanswered": Unanswered, "dead_man": DeadMan,
}  # fmt: skip


def rule_of(raw: object) -> Rule:
    """Read a rule (already parsed YAML) of whatever kind.

    Raises:
        ValidationError: with everything that is wrong; paths begin below the rule.
    """
    if isinstance(raw, Rule):
        return raw
    kind = cast("dict[str, object]", raw).get("kind", "threshold") if isinstance(raw, dict) else "threshold"
    if not isinstance(kind, str) or kind not in KINDS:
        refuse([(("kind",), expected(kind, KINDS))])
    return KINDS[str(kind)].model_validate(raw)


AnyRule = Annotated[
    Threshold
    | Change
    | Absence
    | Budget
    | BurnRate
    | Unpriced
    | Anomaly
    | Joint
    | Outage
    | Runaway
    | Promql
    | Unanswered
    | DeadMan,
    PlainValidator(rule_of),
]
"""The type of a rule in a configuration."""
