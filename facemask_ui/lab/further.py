"""What else the lab shows of the attacked face: steps, models, defences, saving, masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core import defences
from facemask_core.epsilons import LINF
from facemask_core.evaluation import survival
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.evaluation.verdicts import judge as judge_faces
from facemask_core.labels import WITHOUT_MASK
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import faces, images, virtual_mask
from facemask_core.pictures.lab_note import LabNote
from facemask_core.robustness import has_steps
from facemask_ui.base import charts, palette, settings
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import answers
from facemask_ui.face.pictures import Picture
from facemask_ui.face.question import Question
from facemask_ui.lab import component, printed_mask, scene, sweeps
from facemask_ui.lab.axis import write_notch
from facemask_ui.lab.face_row import draw_face_row
from facemask_ui.language import number, say, say_known
from facemask_ui.visitors.shared_cache import compute_once


@dataclass(frozen=True, eq=False)
class Point:
    """The lab's question at the notch where the slider rests.

    Attributes:
        question: The question.
        notch: Where the slider stands.
        attacked: uint8 (224, 224, 3), the face after the attack.
        picture: What holds the face.
        region: The part of it that the model sees, or None for all of it.
        model: Name of the model under attack.
        note: What a saved picture says about itself.
        truth_known: Whether the question's label is the right answer, not only the model's own.
    """

    question: Question
    notch: int
    attacked: NDArray[np.uint8]
    picture: Picture
    region: faces.Box | None
    model: str
    note: LabNote
    truth_known: bool

    @property
    def threat_model(self) -> dict[str, Any]:
        """What the attacker knows and may do at this notch."""
        return self.question.attack.threat_model(self.epsilon, self.question.seed)

    @property
    def epsilon(self) -> float:
        """Epsilon as attacks take it."""
        return self.question.grid.epsilon(self.notch)

    @property
    def epsilon_text(self) -> str:
        """Epsilon as people write it, and its norm where that is not the usual one."""
        grid = self.question.grid
        text = write_notch(grid, self.notch)
        if grid == LINF:
            return text
        return say("lab.further.in_norm", epsilon=text, norm=attack_setup.NORMS[grid.norm])


def choose_look(point: Point) -> None:
    """Draws the choice of what to look at next, and that."""
    offered = {
        name: draw for name, (applies, draw) in _LOOKS.items() if not applies or applies(point)
    }
    choice = st.segmented_control(
        say("class_link.groups.further"),
        list(offered),
        format_func=lambda name: say(f"lab.further.looks.{name}"),
        key="further",
        help=say("lab.further.hint"),
    )
    if choice is not None:
        offered[str(choice)](point)


def _show_other_models(point: Point) -> None:
    made_against = models.title(point.model)
    st.write(say("lab.further.models.lead", model=made_against, epsilon=point.epsilon_text))
    loaded = {name: models.load(name) for name in models.list_choices()}
    verdicts = {name: answers.judge_face(model, point.attacked) for name, model in loaded.items()}
    charts.draw_probabilities(
        {models.title(name): verdict for name, verdict in verdicts.items()}, key="transfer"
    )
    face, label = point.question.face, point.question.label
    others = [name for name in verdicts if name != point.model]
    right = [name for name in others if answers.judge_face(loaded[name], face).label == label]
    fooled = [models.title(name) for name in right if verdicts[name].label != label]
    key = "lab.further.models." + ("known" if point.truth_known else "unknown")
    counted = say(
        f"{key}.{'some' if fooled else 'none'}",
        count=len(right),
        others=len(others),
        answer=palette.name_class(label).lower(),
        fooled=len(fooled),
        names=", ".join(fooled),
    )
    st.caption(counted)


_STRENGTHS: dict[str, tuple[str, tuple[float, ...], float]] = {
    "jpeg": ("quality", (90, 75, 50, 30), 75),
    "bit_depth": ("bits", (6, 5, 4, 3), 4),
    "blur": ("sigma", (0.5, 1.0, 1.5, 2.0), 1.0),
    "random_resize": ("smallest", (0.9, 0.8, 0.7, 0.6), 0.8),
}
"""By defence: the setting that makes it stronger, its choices, and the first one."""
_DRAWS = 4
"""Draws of a random defence for an answer and for a gradient; each costs as much as a picture."""


def _show_defences(point: Point) -> None:
    question = point.question
    known = _choose_defence().with_draws(_DRAWS)
    shielded = shield(question.classifier, known.with_other_draws())
    adapted = _adapt_attack(shield(question.classifier, known), point)
    rows: dict[str, Verdict] = {
        say("lab.further.defences.bare"): answers.judge_face(question.classifier, point.attacked),
        say("lab.further.defences.original"): _judge(shielded, question.face),
        say("lab.further.defences.same"): _judge(shielded, point.attacked),
        say("lab.further.defences.adapted"): _judge(shielded, adapted),
    }
    charts.draw_probabilities(rows, key="defences")
    st.caption(say("lab.further.defences.lesson"))
    if known.is_random:
        st.caption(say("lab.further.defences.random", draws=_DRAWS))


def _choose_defence() -> defences.Defence:
    name = st.segmented_control(
        say("lab.further.defences.choice"),
        list(_STRENGTHS),
        format_func=_name_defence,
        required=True,
        **settings.bind("defence", "jpeg", settings.one_of(list(_STRENGTHS)), in_link=False),
    )
    setting, offered, first = _STRENGTHS[str(name)]
    whole = isinstance(first, int)
    strength = st.select_slider(
        say(f"lab.further.defences.settings.{setting}"),
        offered,
        first,
        format_func=lambda value: number(value, 0 if whole else 1),
        key=f"strength:{name}",
    )
    return defences.make(str(name), **{setting: int(strength) if whole else float(strength)})


def _name_defence(name: str) -> str:
    """Names a defence; one that the languages' files do not know has the core's own title."""
    return say_known(f"lab.further.defences.names.{name}", defences.get(name).title)


def _adapt_attack(shielded: Classifier, point: Point) -> NDArray[np.uint8]:
    """Attacks the face through the defence, uint8 (224, 224, 3)."""
    question = point.question
    adversarial = question.attack(
        shielded,
        images.to_float(question.face)[None],
        np.array([question.label]),
        epsilon=point.epsilon,
        seed=question.seed,
    )
    return images.to_uint8_within(adversarial.images[0], question.face, point.epsilon)


def _show_saving(point: Point) -> None:
    label = point.question.label
    report = survival.measure_survival(
        point.question.classifier,
        images.to_float(point.question.face)[None],
        np.array([label]),
        images.to_float(point.attacked)[None],
    )
    right, fooled, wrong = (say(f"lab.further.saving.{it}") for it in ("right", "fooled", "wrong"))
    if not point.truth_known:
        right = palette.name_class(label).lower()
        fooled = wrong = say("lab.further.saving.changed")
    kept, icon = f"{palette.ICONS[label]} {right}", ":material/bolt:"
    form, attacked = say("lab.further.saving.form"), say("lab.further.saving.attacked")
    original = say("verdict.pictures.original")
    rows = [
        {
            form: name,
            attacked: f"{icon} {fooled}" if fools[0] else kept,
            original: f"{icon} {wrong}" if report.errors[name][0] else kept,
        }
        for name, fools in report.success.items()
        if name != survival.FLOAT  # the lab's pictures are 8-bit ones from the start
    ]
    st.table(rows)
    st.caption(say("lab.further.saving.lesson"))


def _show_steps(point: Point) -> None:
    question = point.question
    before = answers.judge_face(question.classifier, question.face)
    film = sweeps.film_steps(question, point.epsilon, before)
    component.draw_lab(
        film.name,
        scene.step_scene(question, point.note, point.picture.alt, point.epsilon),
        key="lab-steps",
        level=0,
        truth_known=point.truth_known,
        folded=False,
    )
    st.caption(attack_setup.describe_threat_model(point.threat_model))
    with st.container(gap=None, key="lab-steps-parts"):
        component.send_film(film, key="lab-steps")


def _show_mask(point: Point) -> None:
    picture, classifier = point.picture, point.question.classifier
    box = point.region or next(iter(picture.faces), None)
    if box is None:
        st.info(say("lab.further.mask.faceless"), icon=":material/info:")
        return
    rows = {
        say("lab.further.mask.bare"): point.question.face,
        say("lab.further.mask.drawn"): _draw_mask(point, box),
        say("lab.further.mask.noise", epsilon=point.epsilon_text): point.attacked,
    }
    frame, cut = point.note.frame, point.note.box
    notes = (
        LabNote(made="crop", frame=frame, box=cut),
        LabNote(made="drawn mask", frame=frame, box=cut, wears_drawn_mask=True),
        point.note,
    )
    verdicts = {name: _judge(classifier, face) for name, face in rows.items()}
    draw_face_row(rows, notes, verdicts, alt=picture.alt, key="mask")
    if point.question.grid == LINF:
        st.caption(say("lab.further.mask.by_levels", epsilon=point.epsilon_text))
    else:
        length = write_notch(point.question.grid, point.notch)
        st.caption(say("lab.further.mask.by_length", epsilon=length))


def _draw_mask(point: Point, box: faces.Box) -> NDArray[np.uint8]:
    """Draws a mask onto the face, and cuts the face out as the model sees it."""
    return faces.crop(virtual_mask.draw_mask(point.picture.pixels, box), point.region)


def _has_steps(point: Point) -> bool:
    return has_steps(point.question.attack)


def _is_bare(point: Point) -> bool:
    return point.question.label == WITHOUT_MASK


def _show_printed_mask(point: Point) -> None:
    printed_mask.show_printed_mask(
        point.picture, point.region, point.question.classifier, point.note
    )


_LOOKS: dict[str, tuple[Callable[[Point], bool] | None, Callable[[Point], None]]] = {
    "steps": (_has_steps, _show_steps),
    "mask": (_is_bare, _show_mask),
    "printed": (_is_bare, _show_printed_mask),
    "models": (None, _show_other_models),
    "defences": (None, _show_defences),
    "saving": (None, _show_saving),
}
"""By name: which questions it applies to, None for all, and what draws it."""


def shield(classifier: Classifier, defence: defences.Defence) -> Classifier:
    """Puts a defence before a model, once for all visitors as long as its weights are the same.

    Args:
        classifier: The model.
        defence: The defence.
    """
    return _shield(classifier.card.weights_sha256, classifier, defence)


@compute_once(most=8, spinner="lab.further.defences.placing")
def _shield(weights_sha256: str, _classifier: Classifier, defence: defences.Defence) -> Classifier:
    return defences.defend(_classifier, defence)


def _judge(classifier: Classifier, face: NDArray[np.uint8]) -> Verdict:
    """The answer to a face that is not worth keeping."""
    return judge_faces(classifier, face[None])[0]
