"""A class in one room: what its pages show, in which order, and what the models answer.

- ``programme`` is the lesson as steps, for 10, 25 or 45 minutes;
- ``answers`` tells what is true at a step, from shipped films and from the lesson's chapters;
- ``class_model`` is what a room keeps of a model that the class brought along;
- ``game`` is the step of attackers and defenders;
- ``page`` writes the pupil's and the projector's page, whose scripts and styles lie beside it, and
  ``routes`` has their one address of their own;
- ``view`` is the teacher's page in Streamlit, on which a room begins; ``lost_room`` says there what
  has become of a room that its page does not know any more.

The rooms themselves, their rules and their addresses are :mod:`facemask_ui.rooms`.
"""
