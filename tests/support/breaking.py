"""Breaks our code at one line as it runs, as if that line had raised: once for each line, found by watching a run."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

import spanwise

ROOT = Path(spanwise.__file__).parent
_MAY_RAISE = (ast.Call, ast.Subscript, ast.BinOp, ast.Await, ast.JoinedStr)
_BLOCKS = (ast.If, ast.While, ast.For, ast.With, ast.AsyncFor, ast.AsyncWith, ast.Try, ast.Match)
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


# What stands between the client library and the agent. A fault of the library at these lines is the agent's to see, so
# none of ours can be told from it here: they only call what is broken by itself, and cannot raise of themselves.
SHELLS = {
    "context.py": ("detach",),
    "guard.py": ("report", "guarded.<locals>.inner"),
    "propagation.py": ("take_back",),
    "watch.py": (
        "StreamWatch.finish",
        "LateWatch.feed",
        "LateWatch.finish",
        "Blind.feed",
        "Blind.finish",
        "Blind.pass_on",
    ),
    "framings/framing.py": ("Held.joined", "Held.__init__"),
    "framings/sse.py": ("Events.rest",),
    "transports/library.py": ("Library._watchful.<locals>.around",),
    "transports/httpx_family.py": (
        "HttpxFamily._send.<locals>.send",
        "HttpxFamily._asend.<locals>.send",
        "HttpxFamily._arrived",
        "HttpxFamily._read",
    ),
    "transports/httpx_streams.py": (
        "WatchedSync.__iter__",
        "WatchedSync.close",
        "WatchedAsync.__aiter__",
        "WatchedAsync.aclose",
        "_Watched.__del__",
    ),
    "transports/on_aiohttp.py": ("_Aiohttp.request", "_Aiohttp._attempt", "_Aiohttp._arrived", "_Flight.restore"),
    "transports/aiohttp_reader.py": (
        "WatchedReader._exception",
        "WatchedReader._wait",
        "WatchedReader._fetch",
        "WatchedReader._settle",
        "WatchedReader.exception",
        "WatchedReader.set_exception",
        "WatchedReader.at_eof",
        "WatchedReader.is_eof",
        "WatchedReader.on_eof",
        "WatchedReader.read_nowait",
        "WatchedReader.set_read_chunk_size",
        "WatchedReader.__del__",
    ),
    "transports/on_urllib3.py": ("_attempt", "_arrived"),
    "transports/urllib3_responses.py": (
        "_Watched._spanwise_finish",
        "_Watched._spanwise_raw_read",
        "_Watched._spanwise_chunks",
        "_Watched.close",
        "_Watched.__del__",
        "_Plain._raw_read",
        "_Chunked._handle_chunk",
        "_Chunked.read_chunked",
        "_Hiding._raw_read",
        "_Hiding.read",
        "_Hiding.read_chunked",
        "_HidingOnce.read1",
        "_pieces",
    ),
    "scope.py": (
        "agent",  # where a function is decorated, which is the program's import and not its run
        "tool",
        "workflow",
        "_scope",
        "_given",
        "Scope.__call__",
        "Scope.__call__.<locals>.begin",
        "Scope._begin",
        "Scope.__enter__",
        "Scope.__exit__",
        "Scope.__aenter__",
        "Scope.__aexit__",
        "tool_content",
    ),
    "steps.py": None,
}


NEVER_RAISE = frozenset({"perf_counter_ns", "add", "discard", "report", "str", "type", "end", "forks"})
"""Of the clock, of a set, of the guard, of what any object has, of a count; and of an attempt, whose own lines are
broken."""
SPANS = frozenset({"quick.py", "quick_span.py", "sinks.py", "tool_spans.py"})
"""What stands for the SDK: where it fails, the span is lost, as it is where the SDK does."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of ours that may raise."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.function}:{self.line}"


@cache
def _lines(path: str) -> frozenset[int]:
    """Give the lines of statements that call, look up or reckon; what only names things cannot raise."""
    found: set[int] = set()
    tree = ast.parse(Path(path).read_text())
    guarded = {f.name for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and _is_guarded(f)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or isinstance(node, _DEFINED):
            continue
        heads = _heads(node)
        for head in heads:
            if any(isinstance(part, _MAY_RAISE) for part in ast.walk(head)) and not _is_safe(head, guarded):
                found.update(range(node.lineno, _end(head) + 1))
    return frozenset(found)


def _end(node: ast.AST) -> int:
    return max(part.end_lineno or 0 for part in ast.walk(node) if isinstance(part, ast.stmt | ast.expr))


def _is_guarded(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator) == "guard.guarded" for decorator in function.decorator_list)


def _is_safe(node: ast.AST, guarded: set[str]) -> bool:
    """Say whether all that it does is to call what is guarded itself, or what never raises."""
    calls = [part for part in ast.walk(node) if isinstance(part, _MAY_RAISE)]
    return all(isinstance(call, ast.Call) and _called(call) in guarded | NEVER_RAISE for call in calls)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def _heads(node: ast.stmt) -> list[ast.AST]:
    """Give what a statement works out itself: of a block what it looks at before its body, and no annotation."""
    if isinstance(node, ast.AnnAssign):
        return [part for part in (node.target, node.value) if part is not None]
    if not isinstance(node, _BLOCKS):
        return [node]
    named = [getattr(node, name, None) for name in ("test", "iter", "subject")]
    return [head for head in (*named, *(item.context_expr for item in getattr(node, "items", []))) if head is not None]


@cache
def _file(code: CodeType) -> str | None:
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT) or code.co_name == "<module>":
        return None
    return str(path.relative_to(ROOT))


def _place(frame: FrameType) -> Place | None:
    code = frame.f_code
    file = _file(code)
    if file is None or frame.f_lineno not in _lines(code.co_filename) or _is_shell(file, code.co_qualname):
        return None
    return Place(file, frame.f_lineno, code.co_qualname)


def _is_shell(file: str, function: str) -> bool:
    shells = SHELLS.get(file, ())
    return shells is None or function in shells


@contextmanager
def _tracing(on_line: Callable[[FrameType], None]) -> Iterator[None]:
    def local(frame: FrameType, event: str, _: object) -> object:
        if event == "line":
            on_line(frame)
        return local

    def called(frame: FrameType, event: str, _: object) -> object:
        del event
        return local if _file(frame.f_code) is not None else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(before)


def watched(run: Callable[[], object]) -> tuple[list[Place], set[str]]:
    """Run and give the places passed, in order of their first passing, and the functions entered (`file:name`)."""
    places: dict[Place, None] = {}
    entered: set[str] = set()

    def note(frame: FrameType) -> None:
        entered.add(f"{_file(frame.f_code)}:{frame.f_code.co_qualname}")
        if (place := _place(frame)) is not None:
            places[place] = None

    with _tracing(note):
        run()
    return list(places), entered


def broken_at(place: Place, fault: BaseException, run: Callable[[], object]) -> tuple[object, bool]:
    """Run with this fault at the place, the first time it is passed; give what `run` gives, and whether it was."""
    done: list[Place] = []

    def strike(frame: FrameType) -> None:
        if not done and frame.f_lineno == place.line and _place(frame) == place:
            done.append(place)
            raise fault

    with _tracing(strike):
        seen = run()
    return seen, bool(done)


def functions(file: str) -> set[str]:
    """Give the qualified names of all functions of a file of ours."""

    def below(code: CodeType) -> Iterator[str]:
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                if constant.co_flags & inspect.CO_NEWLOCALS and constant.co_flags & inspect.CO_OPTIMIZED:
                    yield constant.co_qualname
                yield from below(constant)

    path = ROOT / file
    return set(below(compile(path.read_text(), str(path), "exec")))
