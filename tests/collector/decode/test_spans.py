from spanwise_collector.decode.spans import put_exception
from spanwise_collector.decode.sparse import Attributes
from tests.support.otlp import span


def test_the_first_exception_of_a_span_tells_its_type():
    exceptions = Attributes({"exception.type": "str"})
    made = span(exception_type="ValueError")
    made.events.add(name="exception").attributes.extend(span(exception_type="KeyError").events[0].attributes)
    put_exception(exceptions, 1, made.events)
    put_exception(exceptions, 0, span().events)
    assert exceptions.columns["exception.type"].series("e", 2).to_list() == [None, "ValueError"]
