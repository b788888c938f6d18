"""What a page was asked for: the parameters of its address as forms write them, where a field that is empty says
nothing."""

from typing import TypeVar, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import ImmutableMultiDict

M = TypeVar("M", bound=BaseModel)


def asked(model: type[M], request: Request) -> M:
    """The parameters of an address. Raises RequestValidationError for what does not fit."""
    return fitted(model, request.query_params)


def fitted(model: type[M], values: ImmutableMultiDict[str, str]) -> M:
    """The same of the fields of a form. What the model does not know belongs to something else on the page."""
    found: dict[str, object] = {}
    for name, definition in model.model_fields.items():
        given = [value for value in values.getlist(name) if value != ""]
        if given:
            found[name] = given if get_origin(definition.annotation) is list else given[-1]
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("query", *each["loc"])} for each in error.errors()]) from None
