"""The game's score is the accuracy under the attacks that were chosen, and nothing else."""

from __future__ import annotations

import pytest

from facemask_ui.rooms import Game, RoomError, Step, views
from facemask_ui.rooms.room import Room

GAME = Game(
    attacks={"fgsm": 2, "pgd": 20, "apgd": 100},
    budget=20,
    defences=("none", "robust"),
    payoff={
        "fgsm": {"none": 0.5, "robust": 0.9},
        "pgd": {"none": 0.1, "robust": 0.8},
        "apgd": {"none": 0.0, "robust": 0.7},
    },
)
STEPS = (Step(kind="welcome", id="w"), Step(kind="game", id="g", game=GAME))


def test_each_side_is_scored_against_all_choices_of_the_other() -> None:
    room = Room("BCDFGH", STEPS, "en", "teacher", most_pupils=10)
    tokens = [room.join()[0] for _ in range(4)]  # attackers and defenders by turns
    room.move("next")
    first = views.view_pupil(room, tokens[0])
    assert first is not None
    assert (first["role"], first["step"]["choices"]) == ("attacker", ["fgsm", "pgd"])
    choices = ("pgd", "none", "fgsm", "robust")
    for token, choice in zip(tokens, choices, strict=True):
        room.answer(token, 1, room.asking.number, choice)
    with pytest.raises(RoomError, match="no answer"):  # beyond the budget, and another role's
        room.answer(tokens[0], 1, room.asking.number, "apgd")
    with pytest.raises(RoomError, match="no answer"):
        room.answer(tokens[0], 1, room.asking.number, "robust")
    assert views.view_teacher(room)["scores"] == []
    room.move("reveal")
    scores = views.view_teacher(room)["scores"]
    names = {pupil.id: pupil.name for pupil in room.pupils.values()}
    assert {score["name"]: score["points"] for score in scores} == {
        names[4]: 85.0,  # robust keeps 0.8 and 0.9
        names[1]: 55.0,  # pgd fools 0.9 and 0.2
        names[2]: 30.0,  # no defence keeps 0.1 and 0.5
        names[3]: 30.0,  # fgsm fools 0.5 and 0.1
    }
    assert [score["points"] for score in scores] == [85.0, 55.0, 30.0, 30.0]
    own = views.view_pupil(room, tokens[0])
    assert own is not None
    assert own["mine"]["points"] == 55.0


def test_a_game_without_a_figure_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        Game(attacks={"fgsm": 1}, defences=("none",), payoff={"fgsm": {}}, budget=1)
