"""Paper: its tables and figures beside the lab's, and what in it does not add up."""

from facemask_ui.page import frame

with frame.page(
    "Paper",
    "Does the paper hold?",
    "Its tables and figures beside the same measured in this lab, and eleven places where its "
    "figures do not add up, each to be tried out.",
):
    from facemask_ui import paper

    paper.show_paper()
