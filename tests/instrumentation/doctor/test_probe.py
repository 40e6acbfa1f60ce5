import importlib

import pytest

from spanwise.doctor import loopback
from spanwise.doctor.examine import installed
from spanwise.doctor.probes.registry import PROBES

HERE = [probe for probe in PROBES if installed(probe.distribution)]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.distribution)
@pytest.mark.parametrize("status", [429, 500])
def test_speech_of_every_probe_refuses_with_the_status_it_is_asked_for(probe, status):
    reply = probe.speech.refuse(status)
    assert reply.status == status
    assert reply.parts[0]


@pytest.mark.parametrize("probe", HERE, ids=lambda probe: probe.distribution)
def test_every_probe_asks_as_often_as_it_is_told(probe):
    sdk = importlib.import_module(probe.module)
    with loopback.serve() as server:
        server.play(probe.speech, 429)
        probe.ask(sdk, server.address, retries=1)
        assert server.requests == 2
