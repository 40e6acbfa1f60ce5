"""Looks for what texts of strangers do in a body: formatting, links that we did not make, mentions, hidden letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

_URL = r"https?://[A-Za-z0-9._\[\]:-]+[^\s<>|\"()]*"
_SLACK_LINKS = re.compile(rf"<{_URL}\|[A-Za-z0-9 ]+>( · <{_URL}\|[A-Za-z0-9 ]+>)*")
_MARKDOWN_LINK = re.compile(rf"\[[A-Za-z0-9 ]+\]\((<?){_URL}(>?)\)")
_NAMES = "Value|Since|Tier|Labels|Runbook|History|Most of it|Changed|Traces|Not found"
_LINKING = re.compile(r"://|(?<!\w)[@#]\w|\w\.[a-z]{2}|(^|\s)/\w|(^|\s)\$[A-Z]")
_SCHEMES = re.compile(r"(javascript|data|tg):", re.IGNORECASE)
_JOINERS = {"\u200c", "\u200d", "\u2060"}


def strings(value: Any) -> Iterator[str]:
    """Go through all texts of a body."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Go through all objects of a body."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def doing(kind: str, body: dict[str, Any]) -> list[str]:
    """Return what does something that we did not mean."""
    found = [f"hidden: {text!r}" for text in strings(body) if any(_hidden(char) for char in text)]
    for each in objects(body):
        links = [each[key] for key in ("url", "href", "client_url") if key in each]
        found += [f"link: {link!r}" for link in links if not re.fullmatch(_URL, link) or "evil" in link.split("/")[2]]
    return found + list(_KINDS[kind](body))


def _hidden(char: str) -> bool:
    return char != "\n" and char not in _JOINERS and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Co"}


def _slack(body: dict[str, Any]) -> Iterator[str]:
    for text in (body["text"], *(each["fallback"] for each in body["attachments"])):
        if re.search(r"[<>]|&(?!(amp|lt|gt);)", text) or _LINKING.search(_unescaped(text)):
            yield f"markup: {text!r}"
    for each in objects(body):
        if each.get("type") == "mrkdwn" and not _SLACK_LINKS.fullmatch(each["text"]):
            yield f"markup: {each['text']!r}"
        if each.get("type") == "plain_text" and _LINKING.search(each["text"]):
            yield f"linking: {each['text']!r}"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _teams(body: dict[str, Any]) -> Iterator[str]:
    for each in objects(body):
        if each.get("type") in {"TextBlock", "FactSet"} or "entities" in each:
            yield f"markup: {each!r}"


def _discord(body: dict[str, Any]) -> Iterator[str]:
    for embed in body["embeds"]:
        for text in (embed["title"], embed.get("description", "")):
            if re.search(r"[!-/:-@\[-`{-~]", re.sub(r"\\[!-/:-@\[-`{-~]", "", text)):
                yield f"markup: {text!r}"
        for field in embed.get("fields", ()):
            if field["name"] in {"Links", "Do"}:
                left = _MARKDOWN_LINK.sub("", field["value"]).replace(" · ", "")
            else:
                left = re.sub(r"\\[!-/:-@\[-`{-~]", "", field["value"])
            if re.search(r"[!-/:-@\[-`{-~]", left):
                yield f"markup: {field['value']!r}"


class _Tags(HTMLParser):
    """Collects tags and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _telegram(body: dict[str, Any]) -> Iterator[str]:
    tags = _Tags()
    tags.feed(body["text"])
    tags.close()
    if tags.open:
        yield f"not closed: {tags.open}"
    for tag, attributes in tags.tags:
        link = attributes.get("href") or ""
        if tag not in {"a", "b"} or (tag == "a" and not re.fullmatch(_URL, link)) or "evil.example/" in link:
            yield f"tag: {tag} {attributes}"
    for text in tags.texts:
        if _LINKING.search(text):
            yield f"linking: {text!r}"


def _feishu(body: dict[str, Any]) -> Iterator[str]:
    for each in objects(body):
        if each.get("tag") in {"lark_md", "markdown"}:
            yield f"markup: {each!r}"
        if each.get("tag") == "plain_text" and _LINKING.search(each["content"]):
            yield f"linking: {each['content']!r}"


def _markdown(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        left = re.sub(rf"^(#### |<font color=\"[a-z]+\">\[[A-Za-z:]+\]</font> |\*\*({_NAMES})\*\* )", "", line)
        left = re.sub(r"^\*\*([^*]*)\*\*$", r"\1", left)
        left = _MARKDOWN_LINK.sub("", left)
        if re.search(r"[*`#\[\]()<>|~\\!@&]|(?<![^\W_])_|_(?![^\W_])", left) or _LINKING.search(left):
            yield f"markup: {line!r}"
        if re.search(r"^\s*([-+=]+|\d+\.)(\s|$)", line):
            yield f"a list, a rule or a title: {line!r}"


def _nothing(body: dict[str, Any]) -> Iterator[str]:
    del body
    yield from ()


def _opsgenie(body: dict[str, Any]) -> Iterator[str]:
    for text in (body["message"], *body["details"].values()):
        if re.search(r"[<>&]", text):
            yield f"markup: {text!r}"


_KINDS = {
    "slack": _slack, "teams": _teams, "discord": _discord, "telegram": _telegram, "feishu": _feishu,
    "dingtalk": lambda body: _markdown(body["markdown"]["text"]),
    "wecom": lambda body: _markdown(body["markdown"]["content"]),
    "pagerduty": _nothing, "opsgenie": _opsgenie,
}  # fmt: skip
