import pytest

from spanwise_collector.normalise.dialect import Dialect, Source, strings


def test_a_table_that_names_no_column_is_refused():
    with pytest.raises(ValueError, match="dialect odd: \\['modle'\\] are no columns"):
        Dialect(name="odd", title="Odd", order=1, sources={"modle": strings("gen_ai.request.model")})


def test_a_source_knows_the_column_that_decode_makes():
    assert Source("gen_ai.system", "str").column == "attribute.gen_ai.system"
    assert Source("service.name", "str", of="resource").column == "resource.service.name"
