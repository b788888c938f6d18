"""The summary as a page of its own, for hosts that can show a frame but load no module.

What it shows stands in the fragment of its address, which no server gets to see:
`/component/frame#object=Account&record-id=A-1&token=…`.
"""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from dro_lang.server.pages.render import page
from dro_lang.server.services import services_of
from dro_lang.server.web.guards import PAGE_POLICY

router = APIRouter(include_in_schema=False)


@router.get("/component/frame")
def frame(request: Request) -> HTMLResponse:
    """Only those who are listed may frame it."""
    response = page(request, "frame.html")
    ancestors = " ".join(sorted(services_of(request).settings.ancestors)) or "'none'"
    response.headers["content-security-policy"] = PAGE_POLICY.format(ancestors=ancestors)
    return response
