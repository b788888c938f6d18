"""Forms, read before the endpoint that takes them, which then runs in a thread as all endpoints do."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

_MOST_FIELDS = 600


async def form_of(request: Request) -> FormData:
    """What was filled in. Files are not taken."""
    return await request.form(max_files=0, max_fields=_MOST_FIELDS)


TheForm = Annotated[FormData, Depends(form_of)]
