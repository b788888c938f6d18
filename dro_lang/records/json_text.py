"""JSON text to data and back, without loss: numbers stay as they are written, and no key is dropped."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from dro_lang.records.problems import shown


class NumberText(str):
    """A number as it is written in JSON (`NaN` and `Infinity` too): text until its type is known, never a float."""

    __slots__ = ()


@frozen
class NotJson:
    """Why a text is not JSON that can be taken; `goes_on` where a whole value is followed by more."""

    reason: str
    goes_on: bool = False


class _DuplicateKey(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        times = Counter(key for key, _ in pairs)
        raise _DuplicateKey(next(key for key in times if times[key] > 1))
    return data


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=NumberText, parse_int=NumberText, parse_constant=NumberText
)


def decode(text: str) -> Any | NotJson:
    """The data of a JSON text: dict, list, str, bool, None, and NumberText for every number."""
    try:
        return _decoder.decode(text)
    except _DuplicateKey as error:
        return NotJson(f"the key {shown(str(error))} stands twice in one object, and only one value could be kept")
    except json.JSONDecodeError as error:
        reason = f"not JSON at character {error.pos + 1}: {error.msg[:1].lower()}{error.msg[1:]}"
        return NotJson(reason, goes_on=error.msg == "Extra data")
    except RecursionError:
        return NotJson("objects or lists are nested too deeply")


def encode(data: Any) -> str:
    """The JSON text of data; a NumberText stands in it as it is, with every digit."""
    if isinstance(data, NumberText):
        return str(data)
    if isinstance(data, Mapping):
        pairs = (f"{json.dumps(key, ensure_ascii=False)}: {encode(value)}" for key, value in data.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(data, list | tuple):
        return "[" + ", ".join(map(encode, data)) + "]"
    return json.dumps(data, ensure_ascii=False)
