from spanwise_collector.accept.gate import Taken


def test_a_request_without_faults_has_nothing_to_report():
    assert (Taken().rejected, Taken().message) == (0, "")
