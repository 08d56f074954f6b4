"""Paper: its tables and figures beside the lab's, and what in it does not add up."""

from facemask_ui.page import frame

with frame.page("paper"):
    from facemask_ui import paper

    paper.show_paper()
