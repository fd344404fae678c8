"""Charts as SVG, drawn here: on a page they take its colours, as a file they bring their own."""

from webapp.charts.drawing import Drawing

__all__ = ["Drawing"]
