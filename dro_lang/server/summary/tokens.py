"""Read tokens: what a page of another site shows the summary of one record with."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from dro_lang.server.api.routes import CHANGES, ApiRoute
from dro_lang.server.api.said import Said
from dro_lang.server.rights.permissions import Operation, Record, Subject
from dro_lang.server.rights.tokens import LONGEST_PAGE_LIFE
from dro_lang.server.web.caller import TheCaller

router = APIRouter(prefix="/api/v1", tags=["summary"], route_class=ApiRoute)

Name = Annotated[str, Field(min_length=1, max_length=255)]


class Wanted(Said):
    object: Name
    record_id: Name
    viewer: str = Field(default="", max_length=200, description="The person who looks, whose open tasks are shown.")
    seconds: int = Field(
        default=900, ge=10, le=int(LONGEST_PAGE_LIFE.total_seconds()), description="How long it lives."
    )


class Issued(Said):
    token: str
    expires_at: datetime


@router.post("/read-tokens", status_code=201, responses=CHANGES, summary="Issue a read token for a page")
def issue(caller: TheCaller, wanted: Wanted) -> Issued:
    """A token that shows the summary of one record and nothing else: for the `token` attribute of the element. Ask for
    it on your own server, with a token that may `embed`; never put that one into a page."""
    about = f"{wanted.object}/{wanted.record_id}"
    caller.require(Operation.EMBED, Subject(wanted.object), about)
    token, text = caller.services.tokens.new_for_page(
        Record(wanted.object, wanted.record_id), wanted.viewer, caller.actor.id, timedelta(seconds=wanted.seconds)
    )
    caller.note(Operation.EMBED, about, wanted.object, token=token.id, viewer=wanted.viewer)
    return Issued(token=text, expires_at=token.expires_at)
