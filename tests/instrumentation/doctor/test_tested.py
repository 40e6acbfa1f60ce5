from spanwise.doctor.tested import VERSIONS, untested


def test_version_is_tested_when_its_major_was():
    major = VERSIONS["openai"][-1].partition(".")[0]
    assert not untested("openai", f"{major}.999")
    assert untested("openai", "99.0")


def test_what_is_not_in_the_matrix_is_not_warned_of():
    assert not untested("no-such-sdk", "1.0")
