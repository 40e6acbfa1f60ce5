from spanwise.doctor.probes.registry import PROBES


def test_each_sdk_is_listed_once():
    names = [probe.distribution for probe in PROBES]
    assert len(names) == len(set(names))
