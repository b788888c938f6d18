"""What is known of the parts of declarations while expressions are typed: more than their typed form, as the messages
show where something was declared."""

from collections.abc import Mapping

from attrs import field, frozen

from dro_lang.program.model import AttributeDefinition
from dro_lang.source import Span


@frozen(eq=False)
class Info:
    """An attribute, parameter, argument or result. `definition` is None where it holds a mistake that has been
    reported; `elements` are the attributes of the elements of a list."""

    name: str
    span: Span
    definition: AttributeDefinition | None
    elements: "Shape | None" = None


@frozen(eq=False)
class Shape:
    """Attributes by name. `complete` is false where the parser lost some: an unknown one may be among those."""

    name: str
    kind: str
    attributes: Mapping[str, Info] = field(factory=dict)
    complete: bool = True


UNKNOWN = Shape("", "", complete=False)
"""Of what is named wrongly: every attribute of it is accepted in silence."""
