"""Lists the SDKs that the doctor can drive."""

from spanwise.doctor.probe import Probe
from spanwise.doctor.probes.httpx_family import HttpxFamily
from spanwise.doctor.probes.on_openai import OnOpenAI

PROBES: tuple[Probe, ...] = (OnOpenAI(), HttpxFamily("httpx2"), HttpxFamily("httpx"))
