"""What each browser of a room may see: a pupil's own, and the teacher's."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from facemask_ui.rooms import scores
from facemask_ui.rooms.room import Pupil, Room


def view_pupil(room: Room, token: str) -> dict[str, Any] | None:
    """Shows a room to a pupil; None to one who was removed.

    Args:
        room: The room.
        token: The pupil's token.
    """
    with room.lock:
        if room.ended:
            return _view_end(room)
        pupil = room.pupils.get(token)
        if pupil is None:
            return None
        state = _view_step(room)
        state["name"] = pupil.name
        state["teacher"] = bool(room.watchers)
        state["mine"] = _view_own(room, pupil)
        game = room.record.step.game
        if game is not None:
            points = scores.score_asking(game, room.asking.answers)
            if room.asking.stage == "reveal" and pupil.id in points:
                state["mine"]["points"] = round(points[pupil.id], 1)
            state["role"] = scores.find_role(pupil.id)
            state["step"]["choices"] = [*room.list_choices(pupil)]
        if room.record.step.kind == "end":
            state["questionnaire"] = count_questionnaire(room)
        return state


def view_teacher(room: Room) -> dict[str, Any]:
    """Shows a room to its teacher.

    Args:
        room: The room.
    """
    with room.lock:
        if room.ended:
            return _view_end(room)
        pupils = [
            {"id": pupil.id, "name": pupil.name, "online": bool(pupil.watchers)}
            for pupil in room.pupils.values()
        ]
        return _view_step(room) | {
            "joined": len(pupils),
            "online": sum(pupil["online"] is True for pupil in pupils),
            "answered": room.record.count_answered(),
            "counts": room.record.count_answers(),
            "numbers": room.record.count_numbers(),
            "pupils": pupils,
            "scores": [asdict(score) for score in rank(room)],
            "questionnaire": count_questionnaire(room),
        }


def rank(room: Room) -> list[scores.Score]:
    """Ranks a room's pupils by its games."""
    names = {pupil.id: pupil.name for pupil in room.pupils.values()}
    return scores.rank(room.records, names)


def count_questionnaire(room: Room) -> dict[str, dict[str, dict[str, int]]]:
    """Counts the answers to the questionnaire's closed questions, before and after."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for record in room.records:
        step = record.step
        if step.question is not None and step.phase is not None and record.voters:
            counts.setdefault(step.question, {})[step.phase] = dict(record.tally)
    return counts


def _view_step(room: Room) -> dict[str, Any]:
    asking, step = room.asking, room.record.step
    state: dict[str, Any] = {
        "room": room.code,
        "language": room.language,
        "step": step.describe()
        | {"index": room.index, "count": len(room.records), "level": asking.level},
        "ask": asking.number,
        "stage": asking.stage,
        "frozen": room.frozen,
        "timer": None
        if room.deadline is None
        else round(max(0.0, room.deadline - room.clock()), 1),
        "ended": False,
    }
    truth = step.find_truth(asking.level) if asking.stage == "reveal" else None
    if truth is not None:
        state["truth"] = truth
    return state


def _view_end(room: Room) -> dict[str, Any]:
    return {"room": room.code, "language": room.language, "ended": True}


def _view_own(room: Room, pupil: Pupil) -> dict[str, Any]:
    record = room.record
    own: dict[str, Any] = {
        "numbers": {
            name: "none" if values[pupil.id] is None else values[pupil.id]
            for name, values in record.numbers.items()
            if pupil.id in values
        }
    }
    if pupil.id in room.asking.answers:
        own["answer"] = room.asking.answers[pupil.id]
    if pupil.id in record.voters:
        own["answered"] = True
    return own
