"""The doctor's whole visit: drive what is installed, and warn of what stands beside it."""

import sys
from collections.abc import Iterable
from typing import Final
from urllib.request import getproxies, proxy_bypass

from spanwise.doctor import outdated, stacks, tested
from spanwise.doctor.examine import examine, installed
from spanwise.doctor.probes.registry import PROBES
from spanwise.doctor.report import Report

_CLIENTS: Final = frozenset({"aiohttp", "httpx", "httpx2", "requests"})


def consult() -> Report:
    """Examine this environment. Raises ValueError that names every faulty variable."""
    driven = {probe.distribution for probe in PROBES}
    known = {name: found for name in tested.VERSIONS if (found := installed(name)) is not None}
    examined = tuple(examine(PROBES))
    versions = known | {sdk.distribution: sdk.version for sdk in examined}
    never = [
        f"{name} {version} was never tested; tested are {', '.join(tested.VERSIONS[name])}"
        for name, version in versions.items()
        if tested.untested(name, version)
    ]
    others = stacks.others()
    beside = (*stacks.warnings(others), *stacks.of_natives(stacks.natives(), others))
    old = outdated.warnings({name: installed(name) for name in outdated.NAMES})
    warnings = (*_elsewhere(versions), *_proxies(), *old, *never, *beside)
    unprobed = tuple(f"{name} {version}" for name, version in known.items() if name not in driven)
    return Report(examined, warnings, unprobed)


def _elsewhere(names: Iterable[str]) -> list[str]:
    """Warn where only HTTP clients are installed, which come with Spanwise itself: the agent may be somewhere else."""
    if not _CLIENTS.issuperset(names):
        return []
    return [f"no SDK of a model is installed for {sys.executable}: is this the environment of your agent?"]


def _proxies() -> list[str]:
    """Warn of a proxy that stands between the SDKs and the doctor's own server."""
    if not getproxies() or proxy_bypass("127.0.0.1"):
        return []
    return ["a proxy is set and NO_PROXY leaves out 127.0.0.1: SDKs that use it do not reach the doctor's server"]
