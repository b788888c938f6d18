"""Files that ship with the package: in a checkout at the top level, in an installed wheel inside the package."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """The path of a file below `grammar/` or `stdlib/`."""
    home = _PACKAGE if (_PACKAGE / "grammar").is_dir() else _PACKAGE.parent
    return home.joinpath(*parts)
