"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

ModelOption = Annotated[
    str, typer.Option("--model", help="A shipped model, a folder, or a Keras or ONNX file.")
]
NormOption = Annotated[
    str | None, typer.Option(help="linf or l2 (default: the attack's own, mostly linf).")
]
StepsOption = Annotated[int | None, typer.Option(help="Gradient steps, where the attack has them.")]
StepSizeOption = Annotated[
    str | None, typer.Option(help="Length of a step (default: a share of epsilon).")
]
RestartsOption = Annotated[int | None, typer.Option(help="Random starts tried (default 1).")]
TargetOption = Annotated[str | None, typer.Option(help="Class to reach, such as with_mask.")]
PrecisionOption = Annotated[
    str, typer.Option(help="exact (float32), or fast: rounded, batch norm folded.")
]
SeedOption = Annotated[int, typer.Option(help="Seed of all randomness.")]
FaceCropOption = Annotated[
    bool | None,
    typer.Option(
        "--crop/--no-crop",
        help="Crop to the face, or use the whole image (default: crop, except a picture that the "
        "lab saved as a model's input).",
    ),
]
FaceOption = Annotated[
    int | None,
    typer.Option("--face", help="Which face, from the left from 1 (default: the largest)."),
]
AllFacesFlag = Annotated[bool, typer.Option("--all-faces", help="Every face, from the left.")]
OneFaceFlag = Annotated[bool, typer.Option("--all-faces", hidden=True)]
"""Of a command about one face, which refuses it and says what to do."""
TruthOption = Annotated[
    str | None,
    typer.Option(
        "--label",
        help="Does the person wear a mask? The true class, with_mask or without_mask (default: "
        "nobody says it, and the attack drives the model away from its own answer).",
    ),
]
WearMaskOption = Annotated[
    bool, typer.Option("--wear-mask", help="Draw a surgical mask onto the face first.")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]
