"""Templates of e-mail: `NAME.txt` and `NAME.html` in a folder, written in Jinja2. One of the two is enough.

The text may begin with a line `Subject: ...` and an empty line after it.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dro_lang.runtime.outside.failures import Failure

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import SandboxedEnvironment

TEMPLATE_UNKNOWN = "TEMPLATE_UNKNOWN"
TEMPLATE_FAILED = "TEMPLATE_FAILED"

SUFFIXES = (".txt", ".html")

_NAME = re.compile(r"\w[\w-]*(/\w[\w-]*)*")
_SUBJECT = re.compile(r"Subject:[ \t]*([^\n]*)\n[ \t]*(?:\n|\Z)")


@frozen
class Text:
    """A rendered e-mail: subject, and text or HTML or both."""

    subject: str | None
    plain: str | None
    html: str | None


@frozen(slots=False)
class Templates:
    """The templates of a folder. They see the arguments of the action by name, and HTML escapes them."""

    folder: Path

    @cached_property
    def _jinja(self) -> "SandboxedEnvironment":
        from jinja2 import FileSystemLoader, StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        return SandboxedEnvironment(
            loader=FileSystemLoader(self.folder),
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
        )

    def parsed(self, text: str) -> "nodes.Template":
        """Raises jinja2.TemplateSyntaxError."""
        return self._jinja.parse(text)

    def problem(self, name: str, subject_given: bool) -> str | None:
        """What is wrong with a template, without rendering it."""
        from jinja2 import TemplateSyntaxError

        found = [self.folder / f"{name}{suffix}" for suffix in SUFFIXES]
        if not _NAME.fullmatch(name) or not any(path.is_file() for path in found):
            return f"there is no template `{name}`: neither `{name}.txt` nor `{name}.html` is in `{self.folder}`"
        for path in found:
            try:
                if path.is_file():
                    text = path.read_text(encoding="utf-8")
                    self.parsed(text)
                    subject_given = subject_given or bool(path.suffix == ".txt" and _SUBJECT.match(text))
            except TemplateSyntaxError as error:
                return f"`{path}`, line {error.lineno}: {error.message}"
            except (OSError, UnicodeDecodeError):
                return f"`{path}` cannot be read as UTF-8"
        if not subject_given:
            begin = f"begin `{name}.txt` with a line `Subject: ...` and an empty one"
            return f"the template `{name}` has no subject, and a step gives it none: {begin}"
        return None

    def render(self, name: str, values: Mapping[str, Any]) -> Text | Failure:
        """The e-mail that a template makes of some values."""
        from jinja2 import TemplateError, TemplateNotFound

        if not _NAME.fullmatch(name):
            return Failure(TEMPLATE_UNKNOWN, "the name of a template has letters, digits, `_`, `-` and `/`")
        rendered: dict[str, str] = {}
        for suffix in ("txt", "html"):
            if not (self.folder / f"{name}.{suffix}").is_file():
                continue
            try:
                rendered[suffix] = self._jinja.get_template(f"{name}.{suffix}").render(values)
            except TemplateNotFound as error:
                return Failure(TEMPLATE_FAILED, f"`{name}.{suffix}` includes `{error.name}`, which is not there")
            except TemplateError as error:
                line = getattr(error, "lineno", None)
                where = f"{name}.{suffix}" + (f", line {line}" if line else "")
                return Failure(TEMPLATE_FAILED, f"`{where}`: {type(error).__name__}: {error}")
            except Exception as error:  # what an expression in it raises
                return Failure(TEMPLATE_FAILED, f"`{name}.{suffix}`: {type(error).__name__}")
        if not rendered:
            return Failure(TEMPLATE_UNKNOWN, f"neither `{name}.txt` nor `{name}.html` is in `{self.folder}`")
        plain = rendered.get("txt")
        subject = None if plain is None else _SUBJECT.match(plain)
        if plain is not None and subject is not None:
            plain = plain[subject.end() :]
        return Text(None if subject is None else subject[1], plain, rendered.get("html"))
