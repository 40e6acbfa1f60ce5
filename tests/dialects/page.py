"""Makes docs/dialects.md of the tables: `python -m tests.dialects.page`."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from spanwise_collector.normalise.counting import PROVIDERS
from spanwise_collector.normalise.dialect import Counting, Dialect, Source
from spanwise_collector.normalise.registry import DIALECTS
from tests.dialects.both import BOTH, Both, counted
from tests.dialects.cases import cases
from tests.dialects.golden import PARTS, UNTOLD
from tests.dialects.written import WRITTEN

PAGE = Path(__file__).parents[2] / "docs" / "dialects.md"
_HEAD = """# Dialects

Send whatever telemetry you have to the collector: each span is read by the table of the emitter that wrote it. This
page is made of those tables (`python -m tests.dialects.page`).

- **Recognised** span by span, in the order of this page, by scope, resource or attribute; the first that fits gives
  the column `dialect`. A span may carry keys of several dialects: they are coalesced in this order, never added.
- **Columns** are those of `spanwise_schema.columns.CALL`. Numbers may be told as text. A value that is none (negative,
  beyond 10⁹ tokens, of another type) is null, and so is a name longer than 1,024 bytes, as it would be a label; the
  span is kept, and the key is counted in `spanwise_collector_field_faults_total`.
- **Tokens**: `input_tokens` includes the cache, `output_tokens` includes reasoning, whoever wrote them. `token_basis`
  says how that is known: `inclusive` (the emitter or the provider's API counts so), `fixed` (a part was beside the
  count and was added), `assumed` (nothing speaks against it), `estimated` (the emitter counted by itself).
- **Costs** that an emitter tells (`reported_cost_pico_usd`) count where no price is known ([pricing](pricing.md)); 0 is
  not one, because emitters that know no price write it.
- **Only calls count**: agents, chains and workflows that repeat what their calls used have no tokens of their own.
- `GET /api/v1/dialects` tells which emitters were seen, and which of their keys look like usage but are in no table.
"""
_API = """
## How the providers' own APIs count

Used where the emitter's way is not known.

| provider | cache is | reasoning is |
|---|---|---|
"""


_PAIRS = """
## Two emitters at once

Each pair ran at once in one process, switched on in both orders: one agent with a span of its own around rounds with a
tool, streams, calls at once, and one that the provider refuses. `exact`: calls, input and output tokens are what the
provider said, whether the spans come in order, backwards, one by one, or without response ids.

Frameworks tell calls from callbacks, whose spans lie beside those of the SDK below. Such spans are one call if they are
in one trace, overlap in time and have the same tokens; where one of them tells none, if one lies mostly within the
other. An agent without a span around both leaves them in two traces: then only the response id tells.

| library | emitter | together with | |
|---|---|---|---|
"""
_APART = """
- OpenLIT imports of OpenTelemetry what is gone in the releases that Spanwise and OpenTelemetry's own package need;
  OpenInference's Anthropic package and OpenLLMetry's need other releases of the SDK: these do not install together.
- OpenLLMetry's Anthropic package adds the first output token of a streamed message a second time: where its span comes
  first, that one token is counted too much: its span does not say that it was a stream, so no rule can take it back.
  Beside another emitter the call and its input are counted once.
- LiteLLM's callback tells a stream in a trace of its own, and names its service `litellm` unless `OTEL_SERVICE_NAME`
  says otherwise: give all emitters of a process one name, else only the response id tells.
"""
_NOT_RECORDED = {"gen_ai": ": it stands for emitters that are not known"}
_WHO = {
    "anthropic": "the Anthropic SDK", "langfuse": "Langfuse", "langsmith": "LangSmith", "litellm": "LiteLLM's callback",
    "logfire": "Logfire", "none": "Strands", "official": "OpenTelemetry", "openinference": "OpenInference",
    "openlit": "OpenLIT", "ours": "Spanwise", "pydantic": "pydantic-ai", "traceloop": "OpenLLMetry",
}  # fmt: skip


@cache
def page() -> str:
    """Write the page."""
    recorded = {case.emitter_dialect for case in cases()}
    parts = [_HEAD]
    parts += [_section(dialect, recorded=dialect.name in recorded) for dialect in DIALECTS]
    rows = [f"| {name} | {rule.cache} | {rule.thoughts or 'not known'} |" for name, rule in sorted(PROVIDERS.items())]
    apis = _API.lstrip("\n") + "\n".join(rows) + "\n"
    return "\n".join([*parts, apis + _PAIRS + "\n".join(_pairs())]) + "\n" + _APART


def _pairs() -> Iterator[str]:
    """Give a row for each emitter of a library and each result: those who run beside it in both orders."""
    found = defaultdict[tuple[str, str, str], list[str]](list)
    by_pair = {(pair.group, pair.first, pair.second): pair for pair in BOTH}
    for (group, first, second), pair in sorted(by_pair.items(), key=lambda one: _of_library(*one[0][:2])):
        if _of_library(group, first) < _of_library(group, second):
            result = _result(pair, by_pair[group, second, first])
            found[_library(group), _who(first, group), result].append(_who(second, group))
    for (library, first, result), others in found.items():
        yield f"| {library} | {first} | {', '.join(dict.fromkeys(others))} | {result} |"


def _result(*pair: Both) -> str:
    orders = ((one, frame) for one in pair for frame in (one.frame, one.frame.reverse()))
    if all(counted([frame], int(frame["end_ns"].max())) == one.truth for one, frame in orders):
        return "exact"
    return "first token twice" if any(one.miscounts for one in pair) else "wrong"


def _of_library(group: str, switch: str) -> tuple[str, bool, str]:
    """Put those that trace the library before those that trace the SDK below it."""
    who = _who(switch, group)
    return _library(group), "(" in who or switch == "ours", who


def _library(group: str) -> str:
    return group.partition("-")[0]


def _who(switch: str, group: str) -> str:
    name, _, library = switch.partition("_")
    foreign = library not in {"", "ai", _library(group)}
    return _WHO[name] + (f" ({library})" if foreign else "")


def _section(dialect: Dialect, *, recorded: bool) -> str:
    lines = [f"## {dialect.title}", "", f"`dialect` is `{dialect.name}`. {_proof(dialect, recorded=recorded)}", ""]
    marks = [f"scope {_code(dialect.scopes)}"] if dialect.scopes else []
    marks += [f"attribute {_code(dialect.keys)}"] if dialect.keys else []
    marks += [f"attribute `{key}` = {_code(values)}" for key, values in dialect.values.items()]
    marks += [f"resource `{key}` = {_code(values)}" for key, values in dialect.resource.items()]
    lines += [f"- Recognised by {'; '.join(marks)}."] if marks else []
    lines += [f"- {_counting(rule)}" for rule in dialect.counting]
    lines += [f"- {trap}" for trap in dialect.traps]
    if dialect.names:
        named = "; ".join(f"`{name}` is `{operation}`" for name, operation in dialect.names.items())
        lines.append(f"- By the span's name: {named}.")
    if dialect.sources:
        lines += ["", "| column | keys, the best first |", "|---|---|"]
        lines += [
            f"| {column} | {', '.join(map(_source, sources))} |" for column, sources in sorted(dialect.sources.items())
        ]
    return "\n".join([*lines, ""]).replace("\n\n\n", "\n\n")


def _proof(dialect: Dialect, *, recorded: bool) -> str:
    if dialect.name == "general":
        return "Read on every span."
    if not recorded:
        return f"Written from its documentation and source; not recorded{_NOT_RECORDED.get(dialect.name, '')}."
    by_hand, untold = (tuple(part for part in PARTS if part in parts) for parts in _not_recorded(dialect.name))
    written = f"; written from what is published of it: {', '.join(by_hand)}" if by_hand else ""
    proof = f"Proven with recorded spans{written}."
    return " ".join([proof, *(f"No case is {part}: {UNTOLD[dialect.name, part]}." for part in untold)])


def _not_recorded(name: str) -> tuple[set[str], set[str]]:
    return {case.shows for case in WRITTEN if case.dialect == name}, {part for of, part in UNTOLD if of == name}


def _code(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _counting(rule: Counting) -> str:
    who = "" if rule.scope == "*" else f" of `{rule.scope}`"
    whose = "" if rule.provider is None else f" for {rule.provider}"
    thoughts = "" if rule.thoughts is None else f", reasoning is {rule.thoughts} the output"
    return f"Counts{who}{whose}: the cache is {rule.cache} the input{thoughts}."


def _source(source: Source) -> str:
    told = [f"`{source.key}`"]
    told += [f"at `{source.path}`"] if source.path else []
    told += ["within a text"] if source.pattern else []
    told += ["(resource)"] if source.of == "resource" else []
    told += [f"where `{source.when[0]}` is `{source.when[1]}`"] if source.when else []
    told += [f"in {source.take}"] if source.take in ("seconds", "milliseconds", "usd") else []
    told += [_means(source)] if source.means else []
    return re.sub(r"\|", r"\\|", " ".join(told))


def _means(source: Source) -> str:
    return "(" + ", ".join(f"{word} → {meaning}" for word, meaning in source.means.items()) + ")"


if __name__ == "__main__":
    PAGE.write_text(page())
