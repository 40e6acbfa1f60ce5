import pytest

from spanwise.doctor.examine import examine
from spanwise.doctor.probes.on_boto3 import OnBoto3
from tests.matrix.sdks import SDKS


def test_matrix_drives_it_in_an_environment_of_its_own():
    assert OnBoto3().distribution in {sdk.name for sdk in SDKS}


def test_it_is_captured_in_every_case_where_it_is_installed():
    pytest.importorskip("boto3", reason="not installed here; the matrix drives it")
    (sdk,) = examine([OnBoto3()])
    assert [outcome for outcome in sdk.outcomes if outcome.missing] == []
