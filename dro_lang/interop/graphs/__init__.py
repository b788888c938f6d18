"""Pictures of plans: as Mermaid, DOT and SVG."""

from dro_lang.interop.graphs.compose import States, picture_of
from dro_lang.interop.graphs.dot import dot
from dro_lang.interop.graphs.mermaid import mermaid
from dro_lang.interop.graphs.picture import Picture
from dro_lang.interop.graphs.svg.draw import Pointing, styles, svg, svg_for_page

__all__ = ["Picture", "Pointing", "States", "dot", "mermaid", "picture_of", "styles", "svg", "svg_for_page"]
