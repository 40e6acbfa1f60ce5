import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded

INPUT, OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
READ, WRITE = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"
REASONING, TOTAL = "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.total_tokens"
BEDROCK = "opentelemetry.instrumentation.genai.bedrock"


def resolved(provider, scope, **tokens):
    span = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": provider, "scope_name": scope, **tokens}
    frame = normalise(decoded(span)).frame
    return frame.select("input_tokens", "output_tokens", "token_basis").row(0)


@pytest.mark.parametrize(
    ("provider", "scope", "tokens", "expected"),
    [
        pytest.param("acme", "x", {INPUT: 100, OUTPUT: 9}, (100, 9, "assumed"), id="nothing known"),
        pytest.param("openai", "x", {INPUT: 100, OUTPUT: 9, READ: 40}, (100, 9, "inclusive"), id="api includes"),
        pytest.param("anthropic", "x", {INPUT: 100, OUTPUT: 9, READ: 40}, (100, 9, "assumed"), id="api excludes"),
        pytest.param("anthropic", "x", {INPUT: 9, OUTPUT: 9, READ: 0, WRITE: 0}, (9, 9, "inclusive"), id="no cache"),
        pytest.param("anthropic", "spanwise", {INPUT: 50, OUTPUT: 9, READ: 40}, (50, 9, "inclusive"), id="ours"),
        pytest.param("anthropic", "x", {INPUT: 10, OUTPUT: 9, READ: 40, WRITE: 5}, (55, 9, "fixed"), id="impossible"),
        pytest.param("aws.bedrock", BEDROCK, {INPUT: 50, OUTPUT: 9, READ: 40}, (90, 9, "fixed"), id="known to exclude"),
        pytest.param("aws.bedrock", BEDROCK, {INPUT: 50, OUTPUT: 9}, (50, 9, "assumed"), id="excluded and not told"),
        pytest.param(
            "anthropic", "x", {INPUT: 50, OUTPUT: 9, READ: 40, TOTAL: 99}, (90, 9, "fixed"), id="total proves it"
        ),
        pytest.param(
            "anthropic", "x", {INPUT: 50, OUTPUT: 9, READ: 40, TOTAL: 59}, (50, 9, "assumed"), id="naive total"
        ),
        pytest.param("x_ai", "x", {INPUT: 5, OUTPUT: 9, REASONING: 90}, (5, 99, "fixed"), id="thoughts apart"),
        pytest.param(
            "x_ai", "x", {INPUT: 5, OUTPUT: 9, REASONING: 3, TOTAL: 17}, (5, 12, "fixed"), id="thoughts in total only"
        ),
        pytest.param("openai", "x", {INPUT: 5, OUTPUT: 9, REASONING: 3}, (5, 9, "inclusive"), id="thoughts inside"),
        pytest.param(
            "openai", "spanwise", {INPUT: 5, OUTPUT: 9, "spanwise.usage.estimated": True}, (5, 9, "estimated"),
            id="estimated",
        ),
        pytest.param("openai", "spanwise", {}, (None, None, None), id="no tokens"),
        pytest.param("acme", "x", {INPUT: 0, OUTPUT: 0, TOTAL: 0}, (None, None, None), id="zeros"),
        pytest.param("acme", "x", {INPUT: 7, OUTPUT: 0}, (7, 0, "assumed"), id="a zero beside a number is one"),
        pytest.param(
            "anthropic", "x", {INPUT: 10, OUTPUT: 5, READ: 40, REASONING: 9, TOTAL: 64}, (50, 14, "fixed"), id="both"
        ),
        pytest.param(
            "anthropic", "x", {INPUT: 50, OUTPUT: 20, READ: 40, REASONING: 9, TOTAL: 119}, (90, 29, "fixed"),
            id="the total proves both",
        ),
        pytest.param(
            "openai", "x", {INPUT: 50, OUTPUT: 20, READ: 9, REASONING: 9, TOTAL: 79}, (50, 29, "fixed"),
            id="of two alike the one that may be apart",
        ),
        pytest.param("x_ai", "x", {INPUT: 5, OUTPUT: 9, REASONING: 3}, (5, 12, "fixed"), id="api puts them apart"),
        pytest.param(
            "x_ai", "x", {INPUT: 5, OUTPUT: 9, REASONING: 3, TOTAL: 14}, (5, 9, "inclusive"), id="total holds"
        ),
        pytest.param("x_ai", "spanwise", {INPUT: 5, OUTPUT: 9, REASONING: 3}, (5, 9, "inclusive"), id="we add them"),
        pytest.param("openai", "spanwise", {OUTPUT: 4}, (None, 4, "inclusive"), id="half"),
    ],
)  # fmt: skip
def test_input_includes_the_cache_and_output_includes_reasoning(provider, scope, tokens, expected):
    assert resolved(provider, scope, **tokens) == expected


@pytest.mark.parametrize(
    ("told", "write", "hour"),
    [
        pytest.param({"cache_creation": 0, "5m": 3, "1h": 4}, 7, 4, id="only the parts"),
        pytest.param({"cache_creation": 7, "5m": 3, "1h": 4}, 7, 4, id="all"),
        pytest.param({"cache_creation": 9, "1h": 4}, 9, 4, id="one part"),
        pytest.param({"1h": 4}, 4, 4, id="one part alone"),
        pytest.param({"1h": 0}, None, 0, id="nothing of one part"),
        pytest.param({}, None, None, id="nothing"),
    ],
)
def test_what_is_written_to_the_cache_includes_what_is_kept_for_an_hour(told, write, hour):
    names = {"5m": "ephemeral_5m_input_tokens", "1h": "ephemeral_1h_input_tokens"}
    details = {names.get(name, name): count for name, count in told.items()}
    span = {"langsmith.span.kind": "llm", INPUT: 100, OUTPUT: 9, "gen_ai.usage.input_token_details": str(details)}
    frame = normalise(decoded(span)).frame
    assert frame.select("input_tokens", "cache_write_tokens", "cache_write_1h_tokens").row(0) == (100, write, hour)


some = st.none() | st.integers(0, 1_000)
calls = st.fixed_dictionaries(
    {
        "gen_ai.provider.name": st.sampled_from(["openai", "anthropic", "aws.bedrock", "x_ai", "gcp.gemini", "acme"]),
        "scope_name": st.sampled_from(["spanwise", "x", BEDROCK, "openlit", "strands", "langfuse-sdk"]),
        **dict.fromkeys((INPUT, OUTPUT, READ, WRITE, REASONING, TOTAL), some),
    }
).map(lambda call: {"gen_ai.operation.name": "chat", **call})
COLUMNS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")


@settings(deadline=None, max_examples=50)
@given(st.lists(calls, min_size=1, max_size=20))
def test_a_part_is_never_more_than_the_whole_and_nothing_is_taken_away(spans):
    for span, row in zip(spans, normalise(decoded(*spans)).frame.iter_rows(named=True), strict=True):
        cache = (row["cache_read_tokens"] or 0) + (row["cache_write_tokens"] or 0)
        assert row["input_tokens"] is None or row["input_tokens"] >= max(cache, span[INPUT])
        assert row["output_tokens"] is None or row["output_tokens"] >= max(row["reasoning_tokens"] or 0, span[OUTPUT])
        assert (row["token_basis"] is None) == (row["input_tokens"] is None and row["output_tokens"] is None)


@settings(deadline=None, max_examples=50)
@given(st.lists(calls, min_size=1, max_size=20))
def test_what_is_resolved_stays_as_it_is(spans):
    # Zeros alone tell nothing, unless a total beside them does, which is not handed on.
    once = normalise(decoded(*spans)).frame.select(COLUMNS).filter(pl.sum_horizontal(COLUMNS) > 0)
    keys = (INPUT, OUTPUT, READ, WRITE, REASONING)
    again = [
        {"gen_ai.operation.name": "chat", "scope_name": "spanwise", **dict(zip(keys, row, strict=True))}
        for row in once.iter_rows()
    ]
    assert normalise(decoded(*again)).frame.select(COLUMNS).equals(once)


@settings(deadline=None, max_examples=50)
@given(st.lists(calls, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_calls_are_resolved_alike_in_any_order_and_company(spans, random):
    order = list(range(len(spans)))
    random.shuffle(order)
    shuffled = normalise(decoded(*(spans[place] for place in order))).frame
    assert shuffled.equals(normalise(decoded(*spans)).frame[order])
    assert pl.concat([normalise(decoded(span)).frame for span in spans[:3]]).equals(
        normalise(decoded(*spans)).frame.head(3)
    )


@settings(deadline=None, max_examples=50)
@given(*(st.integers(1, 1_000) for _ in range(5)))
def test_two_emitters_that_count_in_their_own_way_tell_the_same_call(fresh, read, write, said, thought):
    parts = {READ: read, WRITE: write, REASONING: thought}
    inclusive = {"scope_name": "spanwise", INPUT: fresh + read + write, OUTPUT: said + thought}
    exclusive = {"scope_name": "langfuse-sdk", INPUT: fresh, OUTPUT: said}
    spans = [{"gen_ai.operation.name": "chat", **one, **parts} for one in (inclusive, exclusive)]
    one, other = normalise(decoded(*spans)).frame.select(COLUMNS).rows()
    assert one == other
