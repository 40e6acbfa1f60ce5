"""What can go wrong with Grafana.

GrafanaError
├── GrafanaAwayError          not reachable, or not now: trying again may help
└── GrafanaRefusedError       it answered no: the address, the token, the rights or the request are wrong
    ├── GrafanaMissingError   it has no such thing
    └── GrafanaConflictError  something is in the way, or somebody changed it at the same time
"""

from __future__ import annotations


class GrafanaError(Exception):
    """Grafana did not do what was asked; the message says what to change."""


class GrafanaAwayError(GrafanaError):
    """Grafana is not reachable, overloaded or still starting."""


class GrafanaRefusedError(GrafanaError):
    """Grafana answered and refused; asking again gives the same answer."""


class GrafanaMissingError(GrafanaRefusedError):
    """Grafana has no such thing."""


class GrafanaConflictError(GrafanaRefusedError):
    """Something is in the way, or somebody changed it at the same time: looking again shows which."""
