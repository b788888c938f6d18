"""Templates, of this folder and of the console's; whatever stands in them is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from dro_lang import __version__

_SERVER = Path(__file__).parent.parent
_FOLDERS = (_SERVER / "pages" / "templates", _SERVER / "console" / "templates")


@cache
def environment() -> Environment:
    found = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in _FOLDERS]),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["version"] = __version__
    return found


def page(request: Request, template: str, http_status: int = 200, **values: Any) -> HTMLResponse:
    """A page of a template. It has the values, and who is signed in (`caller`, or None)."""
    values.setdefault("caller", None)
    return HTMLResponse(environment().get_template(template).render(request=request, **values), http_status)
