from spanwise_collector.pipeline import Pipeline
from spanwise_collector.sample import sample


def test_the_sample_is_a_request_that_we_accept():
    decoded = Pipeline.decode(sample())
    assert (decoded.received, decoded.frame.height, decoded.rejected) == (1, 1, {})
