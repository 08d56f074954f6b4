"""What else can be asked about the attacked face: steps, models, defences, saving, a real mask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core import defences
from facemask_core.attacks import Attack
from facemask_core.epsilons import LINF, Grid
from facemask_core.evaluation import survival, verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import WITHOUT_MASK
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import faces, images, virtual_mask
from facemask_core.robustness import has_steps
from facemask_ui.base import charts, palette, settings
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import answers, cropping
from facemask_ui.face.pictures import Picture
from facemask_ui.lab import component, sweeps


@dataclass(frozen=True)
class Asked:
    """The lab's question at the notch where the slider rests.

    Attributes:
        model: Name of the model under attack.
        classifier: The model itself.
        picture: What holds the face.
        region: The part of it that the model sees, or None for all of it.
        face: uint8 (224, 224, 3), before the attack.
        attacked: uint8 (224, 224, 3), after it.
        label: The class the attack is told is true.
        attack: The attack.
        grid: What epsilon is counted on.
        notch: Where the slider stands on it.
        seed: The attack's seed.
    """

    model: str
    classifier: Classifier
    picture: Picture
    region: faces.Box | None
    face: NDArray[np.uint8]
    attacked: NDArray[np.uint8]
    label: int
    attack: Attack
    grid: Grid
    notch: int
    seed: int

    @property
    def epsilon(self) -> float:
        """Epsilon as attacks take it."""
        return self.grid.epsilon(self.notch)

    @property
    def written(self) -> str:
        """Epsilon as people write it, and its norm where that is not the usual one."""
        norm = "" if self.grid == LINF else f" in {attack_setup.NORMS[self.grid.norm]}"
        return f"{self.grid.write(self.notch)}{norm}"


def choose(asked: Asked) -> None:
    """Draws the choice of what to look at next, and that."""
    offered = {name: draw for name, (applies, draw) in _LOOKS.items() if applies(asked)}
    chosen = st.segmented_control(
        "Look further",
        list(offered),
        key="further",
        help="All of it at the epsilon where the slider stands.",
    )
    if chosen is not None:
        offered[str(chosen)](asked)


def _other_models(asked: Asked) -> None:
    st.write(
        f"The same picture, made against {models.title(asked.model)} at "
        f"epsilon {asked.written}, shown to every model."
    )
    loaded = {name: models.load(name) for name in models.shipped()}
    judged = {name: answers.judge(model, asked.attacked) for name, model in loaded.items()}
    charts.draw_probabilities(
        {models.title(name): verdict for name, verdict in judged.items()}, key="transfer"
    )
    others = [name for name in judged if name != asked.model]
    right = [n for n in others if answers.judge(loaded[n], asked.face).label == asked.label]
    fooled = [models.title(name) for name in right if judged[name].label != asked.label]
    named = f": {', '.join(fooled)}" if fooled else ""
    st.caption(
        f"Of the {len(others)} models it was not made against, {len(right)} are right about the "
        f"original; it fools {len(fooled)} of these{named}."
    )


_STRENGTHS: dict[str, tuple[str, tuple[float, ...], float]] = {
    "jpeg": ("quality", (90, 75, 50, 30), 75),
    "bit_depth": ("bits", (6, 5, 4, 3), 4),
    "blur": ("sigma", (0.5, 1.0, 1.5, 2.0), 1.0),
}
"""By defence: the setting that makes it stronger, its choices, and the first one."""


def _defences(asked: Asked) -> None:
    name = st.segmented_control(
        "Defence",
        list(_STRENGTHS),
        format_func=lambda name: defences.get(name).title,
        required=True,
        **settings.bind("defence", "jpeg", settings.one_of(list(_STRENGTHS)), in_link=False),
    )
    setting, offered, first = _STRENGTHS[str(name)]
    strength = st.select_slider(setting.capitalize(), offered, first, key=f"strength:{name}")
    whole = isinstance(first, int)
    defence = defences.make(str(name), **{setting: int(strength) if whole else float(strength)})
    shielded = _shielded(models.sha256(asked.model), asked.classifier, defence)
    adaptive = asked.attack(
        shielded,
        images.to_float(asked.face)[None],
        np.array([asked.label]),
        epsilon=asked.epsilon,
        seed=asked.seed,
    )
    rounded = images.to_uint8_within(adaptive.images[0], asked.face, asked.epsilon)
    rows: dict[str, Verdict] = {
        "No defence, attacked": answers.judge(asked.classifier, asked.attacked),
        "Defended, original": _judge(shielded, asked.face),
        "Defended, same picture": _judge(shielded, asked.attacked),
        "Defended, attack adapted": _judge(shielded, rounded),
    }
    charts.draw_probabilities(rows, key="defences")
    st.caption(
        "The same picture was made without knowing of the defence. The adapted attack follows "
        "gradients through it, as an attacker who knows it would; only that figure says what the "
        "defence is worth."
    )


def _saving(asked: Asked) -> None:
    kept = survival.survival(
        asked.classifier,
        images.to_float(asked.face)[None],
        np.array([asked.label]),
        images.to_float(asked.attacked)[None],
    )
    right, icon = f"{palette.ICONS[asked.label]} right", ":material/bolt:"
    rows = [
        {"Kept as": form, "Attacked picture": f"{icon} fooled" if fooled[0] else right,
         "Original": f"{icon} wrong" if kept.errors[form][0] else right}
        for form, fooled in kept.success.items()
        if form != survival.FLOAT  # the lab's pictures are 8-bit ones from the start
    ]  # fmt: skip
    st.table(rows)
    st.caption("The picture saved in that way, opened again and shown to the same model.")


def _steps(asked: Asked) -> None:
    film = sweeps.path_of(
        asked.classifier, asked.face, answers.judge(asked.classifier, asked.face),
        asked.label, asked.attack, asked.epsilon, asked.seed,
    )  # fmt: skip
    steps = int(asked.attack.steps)  # type: ignore[attr-defined]
    component.draw(
        film.question,
        key="lab-steps",
        axis=component.steps(steps),
        level=0,
        label=asked.label,
        alt=asked.picture.alt,
        attack=asked.attack.title,
        file=f"step-{asked.attack.name}",
        record={"threat_model": asked.attack.threat_model(asked.epsilon, asked.seed)},
        figures=component.STEP_FIGURES,
        on_level=lambda _: None,
    )
    st.caption(attack_setup.statement(asked.attack.threat_model(asked.epsilon, asked.seed)))
    with st.container(gap=None, key="lab-steps-parts"):
        for number, part in enumerate(film):
            component.send(part, key=f"lab-steps:{film.question}:{number}")


def _mask(asked: Asked) -> None:
    pixels = asked.picture.pixels
    box = asked.region or next(iter(cropping.found(asked.picture)), None)
    if box is None:
        st.info(
            "No face was found to draw a mask onto. Set the crop by hand, around the face.",
            icon=":material/info:",
        )
        return
    rows = {
        "Bare face": asked.face,
        "Drawn mask": cropping.cut(virtual_mask.wear(pixels, box), asked.region),
        f"Noise, {asked.written}": asked.attacked,
    }
    judged = {name: _judge(asked.classifier, face) for name, face in rows.items()}
    with st.container(horizontal=True, wrap=False):  # side by side on a phone, too
        for name, face in rows.items():
            with st.container():
                st.image(
                    face,
                    name,
                    width="stretch",
                    output_format="PNG",
                    alt=f"{asked.picture.alt}. {name}: {palette.describe_verdict(judged[name])}",
                )
    charts.draw_probabilities(judged, key="mask")
    change = f"of at most {asked.written} in each colour value"
    if asked.grid != LINF:
        change = f"with a Euclidean length of about {asked.grid.write(asked.notch)}"
    st.caption(
        f"A mask everyone sees, beside a change {change}. The mask is drawn by the lab, where the "
        "face finder says mouth and chin are; on a turned head it sits a little off."
    )


def _wears_none(asked: Asked) -> bool:
    return asked.label == WITHOUT_MASK


def _always(_: Asked) -> bool:
    return True


_LOOKS: dict[str, tuple[Callable[[Asked], bool], Callable[[Asked], None]]] = {
    "Steps": (lambda asked: has_steps(asked.attack), _steps),
    "Put on a mask": (_wears_none, _mask),
    "Other models": (_always, _other_models),
    "Defences": (_always, _defences),
    "Saving": (_always, _saving),
}
"""By name: whom it applies to, and what draws it."""


@st.cache_resource(max_entries=8, show_spinner="Putting the defence in place…")
def _shielded(
    weights_sha256: str, _classifier: Classifier, defence: defences.Defence
) -> Classifier:
    return defences.defend(_classifier, defence)


def _judge(classifier: Classifier, face: NDArray[np.uint8]) -> Verdict:
    return verdicts.judge(classifier, face[None])[0]
