"""The course of plans over time as a Gantt chart in SVG."""

from dro_lang.interop.gantt.chart import Chart, Gantt
from dro_lang.interop.gantt.svg import styles, svg, svg_for_page

__all__ = ["Chart", "Gantt", "styles", "svg", "svg_for_page"]
