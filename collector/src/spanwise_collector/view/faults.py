"""What is told of a question that cannot be answered: the field, the value, and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from spanwise_collector.view.params import Invalid

_NOT_FOUND: Final = 404
_UNPROCESSABLE: Final = 422
_OTLP: Final = ("/v1/traces", "/v1/logs", "/v1/metrics")
_PREFIX: Final = "Value error, "  # which pydantic puts before the message of our own validators


def tell_faults(app: FastAPI) -> None:
    """Make an application answer all faults of a question in one shape: a list of `loc`, `msg`, `type`, `allowed`."""

    @app.exception_handler(Invalid)
    async def invalid(_request: Request, fault: Any) -> JSONResponse:  # noqa: ANN401 - Starlette's type is Exception
        return JSONResponse({"detail": [fault.detail()]}, _UNPROCESSABLE)

    @app.exception_handler(RequestValidationError)
    async def unread(request: Request, fault: Any) -> JSONResponse:  # noqa: ANN401 - as above
        return JSONResponse({"detail": [_detail(error, request) for error in fault.errors()]}, _UNPROCESSABLE)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, fault: Any) -> Response:  # noqa: ANN401 - as above
        if fault.status_code == _NOT_FOUND and fault.detail == "Not Found":
            fault = HTTPException(_NOT_FOUND, _nowhere(request.url.path))
        return await http_exception_handler(request, fault)

    _ = invalid, unread, refused


def _detail(error: Mapping[str, Any], request: Request) -> dict[str, Any]:
    name = error["loc"][-1]
    told: dict[str, Any] = {"loc": list(error["loc"]), "type": error["type"]}
    match error["type"]:
        case "missing":
            return told | {"msg": f"{name} is required"}
        case "extra_forbidden":
            return told | {"msg": f"unknown parameter {name!r}", "allowed": _parameters(request)}
        case "value_error":
            return told | {"msg": error["msg"].removeprefix(_PREFIX)}
        case _:
            return told | {"msg": f"{error['msg']}, got {error['input']!r}"}


def _parameters(request: Request) -> list[str]:
    """Name the parameters of the path that was asked."""
    route = request.scope.get("route")
    fields = route.dependant.query_params if isinstance(route, APIRoute) else []
    models = [kind for field in fields if isinstance(kind := field.field_info.annotation, type)]
    return [name for model in models if issubclass(model, BaseModel) for name in model.model_fields]


def _nowhere(path: str) -> str:
    if path.rstrip("/") in _OTLP:
        return f"{path}: this is the query API; OTLP is taken at the address of collector.otlp.http, port 4318 at first"
    return f"{path[:60]}: nothing is here; see /docs"
