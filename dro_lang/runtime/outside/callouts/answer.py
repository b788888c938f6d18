"""What the answer to a callout means: results that fit, a failure with a code, or that a callback will come."""

from typing import TYPE_CHECKING, Any

from dro_lang.program.model import Integration, Program
from dro_lang.program.values import Row
from dro_lang.records.problems import Problem
from dro_lang.records.validate import read_row
from dro_lang.runtime.configuration.model import IntegrationSettings
from dro_lang.runtime.outside.failures import INVALID_RESPONSE, Failure
from dro_lang.runtime.outside.web.answers import at, data_of, failure_in, succeeded, unreadable

if TYPE_CHECKING:
    import httpx

ACCEPTED = 202


def meaning(
    response: "httpx.Response", integration: Integration, settings: IntegrationSettings, program: Program
) -> Row | Failure | None:
    """The results of a callout, or why there are none; None where they come later, by a callback."""
    if not succeeded(response):
        return failure_in(response, settings.error_code, settings.errors)
    if integration.asynchronous and response.status_code == ACCEPTED:
        return None
    if not integration.gives:
        return {}
    data = data_of(response) if response.content.strip() else {}
    broken = unreadable(data)
    if broken is not None:
        return broken
    return results_in(
        data if settings.results_at is None else at(data, settings.results_at), integration, settings, program
    )


def results_in(data: Any, integration: Integration, settings: IntegrationSettings, program: Program) -> Row | Failure:
    """The results of an integration in the data of an object."""
    if not isinstance(data, dict):
        where = "" if settings.results_at is None else f" at `{settings.results_at}`"
        return Failure(INVALID_RESPONSE, f"there is no object{where} in the answer")
    found: list[Problem] = []
    row = read_row(data, integration.gives, program, found, settings.results)
    if found:
        # What is wrong is told by name alone: the values are somebody's data.
        named = ", ".join(f"`{problem.attribute}` ({problem.code})" for problem in found)
        return Failure(INVALID_RESPONSE, f"results that do not fit the signature: {named}")
    return dict(row)
