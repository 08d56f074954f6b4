"""A table of figures whose cells and rows can be chosen, coloured by what is wrong."""

from facemask_ui.base.figure_table.component import Cell, Row, draw_table

__all__ = ["Cell", "Row", "draw_table"]
