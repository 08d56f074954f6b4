"""``corrupt``: what changes a verdict without an attacker, for one picture or a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.corrupt_dataset import measure_dataset
from facemask_core.cli.corrupt_picture import rank_picture
from facemask_core.cli.dataset_options import LimitOption
from facemask_core.cli.options import FaceOption, JsonFlag, ModelOption, OneFaceFlag, SeedOption
from facemask_core.cli.pictures import refuse_all_faces
from facemask_core.cli.store_options import NoStoreOption, StoreOption
from facemask_core.errors import CorruptionError

if TYPE_CHECKING:
    from facemask_core.corruptions import Corruption


_ATTACKS = ("fgsm", "pgd")


def corrupt(
    model: ModelOption,
    image: Annotated[Path | None, typer.Argument(help="A picture; or give --data.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder or zip with one folder a class.")
    ] = None,
    corruption: Annotated[
        list[str] | None,
        typer.Option(help="A corruption, such as noise; repeat for more (default: all)."),
    ] = None,
    attack: Annotated[
        list[str] | None,
        typer.Option(help="Of a picture: an attack beside them; repeat for more (fgsm, pgd)."),
    ] = None,
    severity: Annotated[
        list[int] | None,
        typer.Option(help="Of a dataset: 1 to 5; repeat for more (default: all)."),
    ] = None,
    seed: SeedOption = 0,
    crop: Annotated[
        bool | None,
        typer.Option(
            "--crop/--no-crop",
            help="Crop to the face first (default: a picture is cropped, unless the lab saved it "
            "as a model's input, and a dataset is not).",
        ),
    ] = None,
    face: FaceOption = None,
    all_faces: OneFaceFlag = False,
    output: Annotated[
        Path | None, typer.Option(help="Of a picture: PNG file with it at every severity.")
    ] = None,
    limit: LimitOption = None,
    store: StoreOption = None,
    no_store: NoStoreOption = False,
    write_card: Annotated[
        bool,
        typer.Option("--write-card", help="Of a dataset: write the table to the model's card."),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show what changes a verdict without an attacker: noise, darkness, distance and others.

    One picture: where on its dial each first changes the verdict, beside FGSM's and PGD's epsilon.
    A dataset: the balanced accuracy at five severities; an unfinished run is resumed.
    """
    from facemask_core.corruptions.base import check_seed

    if all_faces:
        refuse_all_faces("corrupt")
    if (image is None) == (data is None):
        raise CorruptionError("Give either a picture, or a dataset with --data FOLDER.")
    kinds = _make_corruptions(corruption)
    check_seed(seed)
    if image is not None:
        if severity or limit is not None or store is not None or no_store or write_card:
            raise CorruptionError(
                "--severity, --limit, --store, --no-store and --write-card are about a dataset; "
                "leave them out, or give --data FOLDER in place of the picture."
            )
        rank_picture(
            image,
            model,
            kinds,
            attack or _ATTACKS,
            seed=seed,
            crop=crop,
            number=face,
            output=output,
            as_json=as_json,
        )
    elif data is not None:
        if output is not None or attack or face is not None:
            raise CorruptionError(
                "--output, --attack and --face are about one picture; leave them out, or give a "
                "picture in place of --data."
            )
        if write_card and (corruption or severity or limit is not None):
            raise CorruptionError(
                "A card holds the whole table of a whole dataset; leave out --corruption, "
                "--severity and --limit, or --write-card."
            )
        measure_dataset(
            data,
            model,
            kinds,
            severities=sorted(set(severity or ())) or None,
            seed=seed,
            crop=bool(crop),
            limit=limit,
            store=store,
            no_store=no_store,
            write_card=write_card,
            as_json=as_json,
        )


def _make_corruptions(names: list[str] | None) -> list[Corruption]:
    """Makes the corruptions of some names, in the registry's order; all without a name."""
    from facemask_core import corruptions

    chosen = {name: corruptions.make(name) for name in names or corruptions.names()}
    return [chosen[name] for name in corruptions.names() if name in chosen]
