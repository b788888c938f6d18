"""Errors as RFC 9457 problems, each with a code of drolang's."""

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from dro_lang.diagnostics.registry import registered

MEDIA_TYPE = "application/problem+json"

_OF_STATUS = {
    400: "S0201",
    401: "S0101",
    403: "S0102",
    404: "S0202",
    405: "S0203",
    413: "S0204",
    415: "S0205",
    422: "S0201",
    429: "S0401",
    503: "S0501",
}


class Problem(Exception):
    """An answer that says what is wrong: a status, a code, what is wrong here (`detail`), and what else helps."""

    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.more = more


def problem_response(problem: Problem) -> Response:
    body = {
        "type": f"urn:drolang:{problem.code}",
        "title": registered(problem.code).title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        **problem.more,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type=MEDIA_TYPE)


def of_framework(error: HTTPException) -> Problem:
    """What the framework refuses: an unknown path, a method, a body that cannot be read."""
    code = _OF_STATUS.get(error.status_code, "S0201")
    detail = "there is nothing at this address" if error.detail == "Not Found" else _sentence(error.detail)
    return Problem(error.status_code, code, detail, error.headers)


def of_validation(error: RequestValidationError) -> Problem:
    """A request that does not fit what the API says; `errors` has each place and what is wrong with it."""
    found = [{"in": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()]
    return Problem(422, "S0201", "; ".join(f"{each['in']}: {each['message']}" for each in found[:3]), errors=found)


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:]
