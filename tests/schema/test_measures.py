from spanwise_schema.measures import DIMENSIONS, MEASURES, QUANTILES, RECORDED

ASKED_FOR = (
    "llm.calls llm.errors llm.duration llm.ttft llm.tokens.input llm.tokens.output llm.tokens.cache_read llm.cost "
    "tool.calls tool.errors tool.duration run.count run.errors run.duration run.steps run.tokens run.cost "
    "run.repeated_tool_calls run.llm_share run.own_share llm.unpriced llm.tokens.unpriced"
)


def test_the_catalogue_is_complete():
    assert list(MEASURES) == ASKED_FOR.split()


def test_every_measure_is_read_from_a_recorded_one():
    assert all(measure.source in RECORDED for measure in MEASURES.values())
    assert all(MEASURES[name].atom == MEASURES[MEASURES[name].source].atom for name in RECORDED)


def test_only_errors_have_a_ratio():
    assert {name for name, m in MEASURES.items() if "ratio" in m.stats} == {"llm.errors", "tool.errors", "run.errors"}


def test_dimensions_and_quantiles_are_known():
    for measure in MEASURES.values():
        assert set(measure.dimensions) <= set(DIMENSIONS)
        assert set(QUANTILES) <= set(measure.stats) or measure.source != measure.name
