"""The table of faces: each with its picture's name, and each model's answer."""

from __future__ import annotations

import base64
import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.pictures import images
from facemask_core.text import visible
from facemask_ui.base import messages, palette
from facemask_ui.base.spreadsheet import escape_formula
from facemask_ui.choices import models
from facemask_ui.face import answers, cropping, pictures
from facemask_ui.inspect import views
from facemask_ui.inspect.several.choice import FaceInPicture
from facemask_ui.language import percent, say

_SIDE = 96
_ROW_HEIGHT = 72

_Answers = Sequence[Mapping[str, Verdict]]
"""For each line of the table, each model's verdict by the model's name; none without a face."""


def show_table(lines: Sequence[FaceInPicture], names: Sequence[str]) -> None:
    """Shows how many faces each model calls masked, then the faces one by one.

    Args:
        lines: The faces.
        names: The models.
    """
    verdicts = _judge_all(lines, names)
    st.header(write_count(lines), anchor=False)
    st.markdown("\n".join(f"- {line}" for line in write_sums(verdicts, names)))
    event = st.dataframe(
        _build_table(lines, verdicts, names),
        key="several-table",
        hide_index=True,
        row_height=_ROW_HEIGHT,
        column_config={say("inspect.several.face"): st.column_config.ImageColumn(width="small")},
        on_select="rerun",
        selection_mode="single-row",
    )
    with st.container(horizontal=True):
        for row in event["selection"]["rows"][:1]:
            if row < len(lines):  # of an earlier, longer table
                _offer_face(lines[row])
        st.download_button(
            say("inspect.several.table"),
            write_csv(lines, verdicts, names).encode(errors="backslashreplace"),
            file_name="faces.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    st.caption(say("inspect.several.hint"))


def _judge_all(lines: Sequence[FaceInPicture], names: Sequence[str]) -> _Answers:
    verdicts: list[dict[str, Verdict]] = [{} for _ in lines]
    place = st.empty()
    for number, name in enumerate(names):
        model = messages.escape_markdown(models.title(name))
        place.progress(number / len(names), say("inspect.several.asking", model=model))
        with messages.show_errors():  # a damaged model costs its own column alone
            classifier = models.load(name)
            for line, answer in zip(lines, verdicts, strict=True):
                if line.pixels is not None:
                    answer[name] = answers.judge_face(classifier, line.pixels)
    place.empty()
    return verdicts


def write_count(lines: Sequence[FaceInPicture]) -> str:
    """Writes how many faces there are in how many pictures."""
    count = sum(line.pixels is not None for line in lines)
    files = len({id(line.picture) for line in lines})
    return say(
        "inspect.several.count",
        faces=say("inspect.several.faces", count=count),
        pictures=say("inspect.several.pictures", count=files),
    )


def write_sums(verdicts: _Answers, names: Sequence[str]) -> list[str]:
    """Writes in Markdown how many faces each model calls masked and bare, and is unsure of.

    Args:
        verdicts: Of each line.
        names: The models.
    """
    sentences = []
    for name in names:
        given = [line[name] for line in verdicts if name in line]
        if not given:
            continue
        counts = Counter(verdict.label for verdict in given if not verdict.unsure)
        unsure = sum(verdict.unsure for verdict in given)
        sentences.append(
            say(
                "inspect.several.sums_unsure" if unsure else "inspect.several.sums",
                model=messages.escape_markdown(models.title(name)),
                masked=palette.write_class(WITH_MASK),
                masked_count=counts[WITH_MASK],
                bare=palette.write_class(WITHOUT_MASK),
                bare_count=counts[WITHOUT_MASK],
                unsure=unsure,
            )
        )
    return sentences


def _build_table(
    lines: Sequence[FaceInPicture], verdicts: _Answers, names: Sequence[str]
) -> pd.DataFrame:
    remarks = any(line.remark for line in lines)
    rows = []
    for line, given in zip(lines, verdicts, strict=True):
        row = {
            say("inspect.several.face"): _write_thumbnail(line),
            say("inspect.several.picture"): _name_face(line),
        }
        for name in names:
            row[models.title(name)] = _write_answer(given[name]) if name in given else "–"
        if remarks:
            row[say("inspect.several.remark")] = visible(line.remark)
        rows.append(row)
    return pd.DataFrame(rows)


def _name_face(line: FaceInPicture) -> str:
    picture = visible(line.picture.name)
    if line.count <= 1:
        return picture
    return say("inspect.several.face_of", picture=picture, number=line.number, total=line.count)


def _write_answer(verdict: Verdict) -> str:
    answer = f"{palette.name_class(verdict.label)} {percent(verdict.confidence)}"
    return say("inspect.several.unsure", answer=answer.lower()) if verdict.unsure else answer


def _write_thumbnail(line: FaceInPicture) -> str:
    """Writes the face as a data address: a part of the page, under no address of its own."""
    if line.pixels is None:
        return ""
    jpeg = images.encode_jpeg(images.resize(line.pixels, _SIDE), 85)
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _offer_face(line: FaceInPicture) -> None:
    def look() -> None:
        open_alone(line)

    st.button(
        say("inspect.several.look_alone", face=messages.escape_markdown(_name_face(line))),
        icon=":material/search:",
        type="primary",
        on_click=look,
    )


def open_alone(line: FaceInPicture) -> None:
    """Makes a face the picture that all pages work on, and goes back to the view of one picture.

    Args:
        line: The face.
    """
    pictures.use_picture(line.picture)
    if line.box is not None:
        cropping.choose_face(line.picture, line.box)
    views.show_one_picture()


def write_csv(lines: Sequence[FaceInPicture], verdicts: _Answers, names: Sequence[str]) -> str:
    """Writes the table as CSV: a line a face, its place in pixels, and each model's answer.

    Args:
        lines: The faces.
        verdicts: Of each line.
        names: The models.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    answers_of = [f"{name}:{column}" for name in names for column in _ANSWER]
    writer.writerow(["picture", "face", "left", "top", "width", "height", *answers_of, "remark"])
    for line, given in zip(lines, verdicts, strict=True):
        box = [""] * 4 if line.box is None else line.box.as_list()
        face = "" if line.pixels is None else line.number
        cells = [cell for name in names for cell in _list_cells(given.get(name))]
        name = escape_formula(line.picture.name)
        writer.writerow([name, face, *box, *cells, escape_formula(line.remark)])
    return text.getvalue()


_ANSWER = ("answer", "confidence", "unsure")


def _list_cells(verdict: Verdict | None) -> list[object]:
    if verdict is None:
        return [""] * len(_ANSWER)
    return [verdict.name, f"{verdict.confidence:.6f}", str(verdict.unsure).lower()]
