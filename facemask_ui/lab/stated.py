"""The threat model behind each notch of the slider, in words."""

from __future__ import annotations

from facemask_ui.choices import attack_setup, models
from facemask_ui.face.question import Question
from facemask_ui.language import say, say_known


def describe_threat_models(question: Question, model: str) -> list[str]:
    """Writes the threat model at every notch in words.

    Args:
        question: The question.
        model: Name of its model.
    """
    grid, attack, seed = question.grid, question.attack, question.seed
    film = attack.sweep_threat_model(0.0, seed).get("sweep")
    linked = None if question.linked is None else grid.number(question.linked)
    key = "lab.page.stated" if film is None else "lab.page.stated_film"
    values = {
        "model": models.title(model),
        "sha256": models.sha256(model)[:12],
        "film": say_known(f"lab.films.{attack.name}", str(film)),
        "command": attack_setup.write_sweep_command(model, attack, seed, linked),
    }
    threat_models = [attack.threat_model(grid.epsilon(notch), seed) for notch in grid.notches]
    stated = map(attack_setup.describe_threat_model, threat_models)
    return [say(key, threat_model=one, **values) for one in stated]
