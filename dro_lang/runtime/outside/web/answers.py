"""What an HTTP answer says: data at a path, and, of an error, its code."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dro_lang.records.json_text import NotJson, decode
from dro_lang.runtime.outside.failures import CODE, INVALID_RESPONSE, Failure

if TYPE_CHECKING:
    import httpx


def succeeded(response: "httpx.Response") -> bool:
    return 200 <= response.status_code < 300


def failure_in(response: "httpx.Response", path: str | None, names: Mapping[str, str]) -> Failure:
    """The failure that an answer with an error is.

    Its code is what stands at the path in its body, if that may be a code, else `HTTP_` and the status. `names` says
    what plans call a code or a status of theirs.
    """
    status = str(response.status_code)
    theirs = code_at(data_of(response), path)
    code = names.get(theirs or "") or names.get(status) or theirs or f"HTTP_{status}"
    return Failure(code, f"answered {status}")


def code_at(data: Any, path: str | None) -> str | None:
    """The code at a path in some data, where there is one that may be a code."""
    found = None if path is None else at(data, path)
    # Numbers are text until their type is known.
    return str(found) if isinstance(found, str) and CODE.fullmatch(found) else None


def data_of(response: "httpx.Response") -> Any | NotJson:
    """The data of a body, which is JSON in UTF-8."""
    return data_in(response.content)


def data_in(body: bytes) -> Any | NotJson:
    try:
        return decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return NotJson("not UTF-8")


def at(data: Any, path: str) -> Any:
    """What stands at a dotted path in nested objects (and, by their index, lists); None where nothing does."""
    for key in path.split("."):
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list) and key.isdecimal() and int(key) < len(data):
            data = data[int(key)]
        else:
            return None
    return data


def unreadable(data: Any) -> Failure | None:
    """The failure that a body is which is not JSON."""
    return Failure(INVALID_RESPONSE, f"the answer is {data.reason}") if isinstance(data, NotJson) else None
