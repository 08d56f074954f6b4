"""A class in one room: a teacher's steps, pupils' guesses, and nothing that outlives the room.

Pupils and the projector open plain pages that follow their room by a stream of events each; none of
them is a session of Streamlit's. A room is in the server's memory alone.
"""

from facemask_ui.rooms.refusals import RoomError
from facemask_ui.rooms.registry import ROOMS, Opened, Rooms
from facemask_ui.rooms.steps import Game, RoomFile, Step

__all__ = ["ROOMS", "Game", "Opened", "RoomError", "RoomFile", "Rooms", "Step"]
