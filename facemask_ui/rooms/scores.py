"""The score of the game: how accurate models stay under the attacks that were chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from facemask_ui.rooms.records import Record
from facemask_ui.rooms.steps import ATTACKER, DEFENDER, Game

POINTS = 100
"""What a game brings an attacker who fools every model, or a defender whom nothing fools."""


@dataclass
class Score:
    """What a pupil's choices came to."""

    name: str
    role: str
    points: float


def find_role(pupil: int) -> str:
    """Finds a pupil's role: every other one who joins attacks."""
    return ATTACKER if pupil % 2 else DEFENDER


def rank(records: Iterable[Record], names: dict[int, str]) -> list[Score]:
    """Ranks the pupils of a room by all games that are revealed, the best first.

    Args:
        records: The room's records.
        names: The pupils' names by their ids.
    """
    points: Counter[int] = Counter()
    for record in records:
        if record.step.game is None:
            continue
        for asking in record.askings:
            if asking.stage == "reveal":
                points.update(score_asking(record.step.game, asking.answers))
    scores = [
        Score(names[pupil], find_role(pupil), round(total, 1))
        for pupil, total in points.items()
        if pupil in names
    ]
    return sorted(scores, key=lambda score: (-score.points, score.name))


def score_asking(game: Game, answers: dict[int, str]) -> dict[int, float]:
    """Scores a round: each side against all choices of the other, or all there are if it made none.

    Args:
        game: The game.
        answers: The choices by the pupils' ids.
    """
    chosen: dict[str, list[str]] = {ATTACKER: [], DEFENDER: []}
    for pupil, choice in answers.items():
        chosen[find_role(pupil)].append(choice)
    attacks = chosen[ATTACKER] or [*game.list_choices(ATTACKER)]
    defences = chosen[DEFENDER] or [*game.list_choices(DEFENDER)]
    points = {}
    for pupil, choice in answers.items():
        if find_role(pupil) == ATTACKER:
            share = 1.0 - fmean(game.payoff[choice][defence] for defence in defences)
        else:
            share = fmean(game.payoff[attack][choice] for attack in attacks)
        points[pupil] = POINTS * share
    return points
