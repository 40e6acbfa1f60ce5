from spanwise_analysis.breakdown import breakdown
from spanwise_analysis.findings import Marks, findings
from tests.analysis.frames import frame, span


def found(*spans, **marks):
    every = frame(*spans)
    return [(finding.kind, finding.text) for finding in findings(every, breakdown(every), Marks(**marks))]


def test_an_ordinary_run_has_no_findings():
    assert found(span(1, 0, 10), span(2, 0, 5, category="llm"), span(3, 5, 7, category="tool")) == []


def test_each_mark_that_is_passed_is_told():
    calls = [
        span(2, 0, 5.1, category="llm", model="gpt-4o", input_tokens=9_000, output_tokens=1_001),
        span(3, 5.1, 7.2, category="tool", tool="search"),
        *(span(n, 7, 17, category="llm") for n in range(10, 19)),
    ]
    assert found(span(1, 0, 17), *calls, llm_call_s=5, tokens=10_000)[:4] == [
        ("llm_share", "89% of the time a model was at work"),
        ("many_steps", "11 calls of models and tools"),
        ("many_tokens", "10,001 tokens"),
        ("slow_llm_call", "span 10 took 10.0 s"),
    ]
    assert found(*calls)[-2:] == [("slow_llm_call", "gpt-4o took 5.1 s"), ("slow_tool_call", "search took 2.1 s")]


def test_a_slow_call_is_named_by_its_span():
    every = frame(span(7, 0, 6, category="llm"))
    slow = [finding for finding in findings(every, breakdown(every)) if finding.kind == "slow_llm_call"]
    assert [(finding.span_id, finding.value, finding.mark) for finding in slow] == [((7).to_bytes(8, "big"), 6.0, 5.0)]
