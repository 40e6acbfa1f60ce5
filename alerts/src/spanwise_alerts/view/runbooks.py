"""`/runbooks/NAME`: what to do about a rule that Spanwise brings along, as a page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from markdown_it import MarkdownIt

from spanwise_alerts.faults import expected
from spanwise_alerts.view.wire import refused

FILE: Final = "runbooks.md"
_OTHER: Final = re.compile(r"\(#([a-z-]+)\)")
_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{name}</title>
<style>:root {{ color-scheme: light dark }} body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem;
margin: 2rem auto; padding: 0 1rem }} code {{ font-size: .9em }}</style>
<h1>{name}</h1>
{body}</html>
"""


@cache
def sections() -> dict[str, str]:
    """Return the runbooks as Markdown, by the name of the rule."""
    text = files("spanwise_alerts.rules").joinpath(FILE).read_text(encoding="utf-8")
    parts = [part.partition("\n") for part in text.split("\n## ")[1:]]
    return {name.strip(): body.strip() for name, _, body in parts}


def routes() -> APIRouter:
    """Make the routes."""
    router = APIRouter()

    @router.get("/runbooks/{name}", summary="What to do about a rule that Spanwise brings along", tags=["spanwise"])
    async def runbook(name: str) -> Response:
        found = sections().get(name)
        if found is None:
            return refused(f"no runbook: {expected(name, sections())}", 404)
        # links to other runbooks are pages beside this one
        body = MarkdownIt("commonmark").render(_OTHER.sub(r"(\1)", found))
        return HTMLResponse(_PAGE.format(name=name, body=body), headers=_HEADERS)

    _ = runbook
    return router
