"""Errors: as pages for people, as problems for everybody else."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from dro_lang.diagnostics.registry import registered
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.server.pages.render import page
from dro_lang.server.web.problems import Problem, of_framework, of_validation, problem_response

_log = logging.getLogger("drolang.server")


def install(app: FastAPI) -> None:
    """Have every error of an app told."""

    @app.exception_handler(Problem)
    async def told(request: Request, problem: Problem) -> Response:
        return _answer(request, problem)

    @app.exception_handler(HTTPException)
    async def of_the_framework(request: Request, error: HTTPException) -> Response:
        return _answer(request, of_framework(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return _answer(request, of_validation(error))

    @app.exception_handler(StoreError)
    async def of_the_store(request: Request, error: StoreError) -> Response:
        _log.error("%s", error, extra={"path": request.url.path})
        return _answer(request, Problem(503, "S0501", error.message, help=error.help, store_code=error.code))

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> Response:
        _log.exception("defect", extra={"path": request.url.path})
        return _answer(request, Problem(500, "S0502", "this is a defect of the server; its log has more"))


def _answer(request: Request, problem: Problem) -> Response:
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if not wants_page:
        return problem_response(problem)
    if problem.status == 401 and request.method == "GET":
        return RedirectResponse(f"/sign-in?next={request.url.path}", 303)
    title = registered(problem.code).title
    response = page(
        request,
        "problem.html",
        problem.status,
        title=title,
        detail=problem.detail,
        code=problem.code,
        status=problem.status,
    )
    response.headers.update(problem.headers or {})
    return response
