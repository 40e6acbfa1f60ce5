"""What only settings and surroundings lead to is broken as well, and no function on the path of a call is left out."""

import ast
import sys
from contextlib import contextmanager
from functools import lru_cache

import pytest
from opentelemetry.sdk._logs import LoggerProvider

import spanwise
from tests.instrumentation.test_faults_scopes import PROGRAMS
from tests.support import breaking, wire
from tests.support.callers import CALLERS
from tests.support.scenes import FLOWS, PACKED, READERS, RICH, SCENARIOS
from tests.support.stage import Counted, Stage

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
SETTINGS = {
    "plain": {},
    "who is called is told the trace": {"SPANWISE_PROPAGATE": "all"},
    "content on spans and events": {CAPTURE: "SPAN_AND_EVENT", "SPANWISE_CONTENT_MAX_BYTES": "256"},
}
CASES = [
    *((transport, "who is called is told the trace", name) for transport in CALLERS for name in ("plain", "streamed")),
    *(("httpx2", "content on spans and events", name) for name in ("plain", "streamed", "500")),
]

CACHED = type(lru_cache(len))
AT_START = "instrument() and uninstrument() call it"
BY_FAULT = "entered after a fault of ours only, which every scenario here makes"
BY_USER = "a way to read that these callers do not go; the transport's own tests do"
ELSEWHERE = {
    "__init__.py": "gives names of the package",
    "bootstrap/": "runs before the program",
    "cli.py": "runs before the program",
    "config.py": AT_START,
    "content_config.py": AT_START,
    "doctor/": "a program of its own",
    "budget.py": "off unless the user asks for it; test_budget plays it",
    "doctor_command.py": "a program of its own",
    "exits.py": "runs at the end of the program",
    "export_config.py": AT_START,
    "exporters.py": AT_START,
    "instrumentor.py": AT_START,
    "provider.py": AT_START,
    "quick.py": "makes spans as the SDK does: where it fails the span is lost, as where the SDK does",
    "quick_span.py": "as quick.py",
    "reader.py": "reads headers for the doctor",
    "run_command.py": "runs before the program",
    "span_sinks.py": "as quick.py",
    "start.py": AT_START,
    "stops.py": "off unless the user asks for it; test_stops plays it",
    "tracer.py": AT_START,
    "transports/library.py": AT_START,
    "transports/registry.py": AT_START,
    "unfinished.py": "runs at a fork and at the end of the program",
}
"""Files and folders that no call leads through."""

LEFT_OUT: dict[tuple[str, str], tuple[str, ...]] = {
    ("apis/api.py", "a shape with defaults, of which nobody takes this one"): ("Reader.fold_event",),
    ("attempt.py", "runs at a fork"): ("Attempt.leave_to_parent",),
    ("attempt.py", "where a run has a budget; test_budget plays it"): ("Attempt._count", "Attempt._let_leave"),
    ("background.py", AT_START): ("Responses.__init__", "Responses.forget"),
    ("background.py", "asked of GETs only, which these callers do not send; test_fetch does"): ("Responses.__len__",),
    ("beside.py", "the other's span ends inside the call; test_beside plays it"): ("Beside._tell_ourselves",),
    ("content/capture.py", AT_START): ("configure",),
    ("content/clean.py", AT_START): ("Cleaner.__init__",),
    ("content/teller.py", AT_START): ("Teller.__init__",),
    ("content/events.py", "a warning, said once of a process"): ("_say_once",),
    ("content/cohere_embed.py", "the API has no streams"): ("streamed",),
    ("content/cohere_rerank.py", "the API has no streams"): ("streamed",),
    ("content/gemini_embeddings.py", "the API has no streams"): ("streamed",),
    ("content/openai_embeddings.py", "the API has no streams"): ("streamed",),
    ("context.py", AT_START): ("_variable",),
    ("conversations.py", AT_START): ("Conversations.__init__", "Conversations.forget"),
    ("conversations.py", "asked by tests"): ("Conversations.__len__",),
    ("doubles.py", "beside frameworks that say so; test_doubles plays them"): ("_provided",),
    ("exchange.py", BY_FAULT): ("Exchange.give_up",),
    ("exchange.py", AT_START): ("configure",),
    ("framings/aws_event_stream.py", "nothing is taken out of these streams"): ("Messages.rest",),
    ("framings/json_array.py", "nothing is taken out of these streams"): ("Elements.rest",),
    ("guard.py", AT_START): ("configure",),
    ("guard.py", "runs where a module is imported"): ("guarded",),
    ("guard.py", BY_FAULT): ("faults", "report"),
    ("heartbeat.py", AT_START): ("_Watch.__init__", "_Watch.stop", "stop"),
    ("heartbeat.py", "runs at a fork"): ("_leave_to_parent",),
    ("heartbeat.py", "runs every 30 s in a thread of its own; test_heartbeat plays it"): ("_Watch._watch", "_tell"),
    ("inferred.py", AT_START): ("ToolCalls.__init__", "ToolCalls.forget"),
    ("inferred.py", "a tool has a span of its own; test_tool_spans and test_inferred play it"): ("ToolCalls.ran",),
    ("later.py", AT_START): ("Later.__init__",),
    ("later.py", "runs at a fork"): ("Later.free",),
    ("later.py", "asked by tests"): ("Later.__len__",),
    ("later.py", "asked by who reads a span; test_later and test_quick_span play it"): ("Later.settle_one",),
    ("layers.py", "beside frameworks that are not imported here; test_layers plays them"): (
        "_active",
        "_callback_of_litellm",
        "_comes_through",
        "_langchain_of_openinference",
        "tells",
    ),
    ("propagation.py", AT_START): ("configure",),
    ("providers.py", AT_START): ("configure", "when_named_anew"),
    ("retries.py", AT_START): ("forget",),
    ("strain.py", BY_FAULT): ("Strainer.__init__", "Strainer.feed"),
    ("tool_spans.py", AT_START): ("see",),
    ("transports/aiohttp_reader.py", BY_USER): (
        "WatchedReader.at_eof",
        "WatchedReader.is_eof",
        "WatchedReader.on_eof",
        "WatchedReader.read_nowait",
        "WatchedReader.wait_eof",
        "_NoFlow.pause_reading",
    ),
    ("transports/httpx_family.py", AT_START): (
        "HttpxFamily.__init__",
        "HttpxFamily._asend",
        "HttpxFamily._imported",
        "HttpxFamily._patch",
        "HttpxFamily._send",
        "HttpxFamily.unwatch",
        "HttpxFamily.watch",
        "_Patch.__init__",
        "_Patch.undone",
    ),
    ("transports/httpx_headers.py", "a mapping has it, and nobody asks"): ("Seen.__len__",),
    ("transports/httpx_streams.py", BY_USER): ("_Watched.elapsed",),
    ("transports/on_aiohttp.py", AT_START): ("_Aiohttp.__init__", "_seams"),
    ("transports/on_aiohttp.py", "for sessions that do not decompress by themselves"): ("_inflate",),
    ("transports/on_aiohttp.py", "for older releases of aiohttp"): ("_Older.send", "_Older.start"),
    ("transports/on_urllib3.py", AT_START): ("_seams",),
    ("transports/on_urllib3.py", "for urllib3 1"): ("_Flight.ride", "_first_attempt", "_first_response"),
    ("transports/urllib3_responses.py", "for urllib3 1"): ("_First._fp_read", "_First.read"),
    ("transports/urllib3_responses.py", BY_USER): ("_Hiding._raw_read", "_Hiding.read", "_HidingOnce.read1"),
    ("watch.py", BY_FAULT): (
        "Blind.__init__",
        "Blind.feed",
        "Blind.finish",
        "Blind.pass_on",
        "Blind.whole",
        "StreamWatch._go_blind",
    ),
}
"""Functions of the other files that no scenario enters."""


@pytest.fixture(scope="module")
def server():
    with wire.serve() as running:
        yield running


@pytest.fixture
def traced(monkeypatch, instrumented):
    """Instrument with settings, beside a logger provider of the program's."""
    logs = LoggerProvider(shutdown_on_exit=False)
    monkeypatch.setattr("spanwise.content.events.get_logger_provider", lambda: logs)

    def start(setting: str):
        with monkeypatch.context() as patched:
            for name, value in SETTINGS[setting].items():
                patched.setenv(name, value)
            return instrumented(raise_faults=False)

    yield start
    logs.shutdown()


def inside(provider):
    """Give the surroundings of a call that another instrumentor tells, whose span ends when the call has begun."""
    tracer = provider.get_tracer("another")

    @contextmanager
    def around():
        with tracer.start_as_current_span("chat m", attributes={"gen_ai.operation.name": "chat"}):
            yield

    return around


@pytest.mark.parametrize(("transport", "setting", "scenario"), CASES)
def test_fault_at_a_line_that_a_setting_leads_to_changes_nothing_for_the_agent(
    server, traced, transport, setting, scenario
):
    stage = Stage(server, transport, SCENARIOS[scenario])
    bare = stage.run()
    traced("plain")
    usual = {*stage.places()[0]}
    counted = Counted()
    traced(setting).provider.add_span_processor(counted)
    assert stage.run() == bare
    places = [place for place in stage.places()[0] if place not in usual]
    assert places
    assert not stage.wrong_places(bare, places, counted)
    stage.close()


def agent():
    return spanwise.agent("lead", conversation="c-1")


@pytest.mark.parametrize("scenario", ["streamed", "tool loop"])
def test_fault_at_a_line_that_an_agent_around_leads_to_changes_nothing_for_it(server, traced, scenario):
    stage = Stage(server, "httpx2", SCENARIOS[scenario])
    bare = stage.run()
    counted = Counted()
    traced("plain").provider.add_span_processor(counted)
    usual = {*stage.places()[0]}
    stage.around = agent
    assert stage.run() == bare
    places = [place for place in stage.places()[0] if place not in usual]
    assert places
    assert not stage.wrong_places(bare, places, counted)
    stage.close()


@pytest.mark.parametrize("scenario", ["streamed", "cut off", "option refused"])
def test_fault_at_any_line_beside_the_span_of_another_changes_nothing_for_the_agent(server, traced, scenario):
    stage = Stage(server, "httpx2", SCENARIOS[scenario])
    bare = stage.run()
    counted = Counted()
    provider = traced("plain").provider
    provider.add_span_processor(counted)
    stage.around = inside(provider)
    assert stage.run() == bare
    places = stage.places()[0]
    assert any(place.file == "beside.py" for place in places)
    assert not stage.wrong_places(bare, places, counted)
    stage.close()


def played(server, traced) -> set[str]:
    """Play all there is once; give the functions that were entered."""
    entered: set[str] = set()

    def play(transport, scenario, around=None):
        stage = Stage(server, transport, scenario)
        if around is not None:
            stage.around = around
        entered.update(stage.places()[1])
        stage.close()

    ours = [vars(module) for name, module in tuple(sys.modules.items()) if name.startswith("spanwise.")]
    for cached in (one for names in ours for one in tuple(names.values()) if type(one) is CACHED):
        cached.cache_clear()  # else what an earlier test entered is not entered again
    for setting in SETTINGS:
        spans = traced(setting)
        for transport in CALLERS:
            for scenario in (*SCENARIOS.values(), PACKED):
                play(transport, scenario)
        for scenario in (*FLOWS.values(), *READERS.values(), *RICH.values()):
            play("httpx", scenario)
        play("httpx", SCENARIOS["streamed"], inside(spans.provider))
        play("httpx", SCENARIOS["tool loop"], agent)
        for program in PROGRAMS:
            entered.update(breaking.watched(program)[1])
    return entered


def on_the_path() -> set[str]:
    """Give the functions of all files that a call may lead through; what stands inside of one counts with it."""
    found: set[str] = set()
    for path in breaking.ROOT.rglob("*.py"):
        file = str(path.relative_to(breaking.ROOT))
        if any(file == name or (name.endswith("/") and file.startswith(name)) for name in ELSEWHERE):
            continue
        classes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
        shapes = {node.name for node in classes if any("Protocol" in ast.unparse(base) for base in node.bases)}
        names = (name for name in breaking.functions(file) if not name.endswith(">"))
        found.update(f"{file}:{name}" for name in names if name.partition(".")[0] not in shapes)
    return found


def test_every_function_on_the_path_of_a_call_is_entered_by_a_scenario_or_says_why_not(server, traced):
    path = on_the_path()
    left_out = {f"{file}:{name}" for (file, _), names in LEFT_OUT.items() for name in names}
    assert sorted(path - played(server, traced) - left_out) == []
    assert sorted(left_out - path) == []
