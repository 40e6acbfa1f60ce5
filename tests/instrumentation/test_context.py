from opentelemetry.context import Context

from spanwise import context


def test_names_inside_stand_before_those_around_and_do_not_leak():
    around = context.with_names(Context(), {context.AGENT: "a", context.TENANT: "t"})
    inside = context.with_names(around, {context.AGENT: "b"})
    assert context.names(inside) == {context.AGENT: "b", context.TENANT: "t"}
    assert context.names(around) == {context.AGENT: "a", context.TENANT: "t"}
    assert context.names(Context()) == {}
    assert context.with_names(around, {}) is around
