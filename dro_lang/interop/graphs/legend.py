"""What the signs of a picture mean, in the words of people who read it."""

from dro_lang.interop.graphs.picture import Picture
from dro_lang.program.model import StepKind

KINDS = {
    StepKind.AUTO: "automated task",
    StepKind.CALLOUT: "call of an outside system",
    StepKind.MANUAL: "task for a person",
    StepKind.MILESTONE: "milestone",
    StepKind.PAUSE: "pause",
}
STACKED = "one for each item"
WAITS = "waits for"
ONE_OF_MANY = "waits for one of several"


def signs(picture: Picture) -> tuple[bool, bool, bool]:
    """Whether the picture has stacked steps, plain waits, and waits for one of several."""
    return (
        any(node.stacked for node in picture.nodes),
        any(not edge.one_of_many for edge in picture.edges),
        any(edge.one_of_many for edge in picture.edges),
    )
