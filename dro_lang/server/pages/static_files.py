"""Files that ship with the server: style sheets, scripts, the module of the summary element."""

from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

_SERVER = Path(__file__).parent.parent
ELEMENT = _SERVER / "summary" / "static" / "orchestration-plan-summary.js"


class Shipped(StaticFiles):
    """Files that browsers ask after again each time, and get only where they are new."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["cache-control"] = "no-cache"
        return response


def folders() -> dict[str, Path]:
    """The folders of static files by the path under which they are served."""
    found = {"/static": _SERVER / "pages" / "static", "/console/static": _SERVER / "console" / "static"}
    return {path: folder for path, folder in found.items() if folder.is_dir()}


def element() -> Response:
    """The module of the summary element, which any page of any site may load."""
    return FileResponse(
        ELEMENT,
        media_type="text/javascript",
        headers={
            "cache-control": "no-cache",
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
        },
    )
