import pytest

from spanwise.doctor.examine import examine
from spanwise.doctor.probes.on_anthropic import OnAnthropic
from tests.matrix.sdks import SDKS


def test_matrix_drives_it_in_an_environment_of_its_own():
    assert OnAnthropic().distribution in {sdk.name for sdk in SDKS}


def test_it_is_captured_in_every_case_where_it_is_installed():
    pytest.importorskip("anthropic", reason="not installed here; the matrix drives it")
    (sdk,) = examine([OnAnthropic()])
    assert [outcome for outcome in sdk.outcomes if outcome.missing] == []
