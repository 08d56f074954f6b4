"""The result files behind the page's figures, and what to do if one is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from facemask_core.data import groupings
from facemask_core.errors import DatasetError
from facemask_core.paper import experiments, results
from facemask_core.paper.experiments import Experiment
from facemask_core.paper.second_softmax import LARGEST
from facemask_ui.base import grouping_words
from facemask_ui.base.device_words import describe_device
from facemask_ui.choices import attack_setup, models
from facemask_ui.language import join_names, number, say

_HASH = 12


def read_result(experiment: Experiment) -> dict[str, Any] | None:
    """Reads a result, or shows which command measures it if there is none.

    Args:
        experiment: The experiment.

    Returns:
        The result; None if it has not been measured.

    Raises:
        DatasetError: The file holds no result.
    """
    result = results.read(experiment)
    if result is None:
        show_missing([experiment])
    return result


def show_missing(missing: list[Experiment]) -> None:
    """Shows the command that measures missing results."""
    names = dict.fromkeys(experiment.model for experiment in missing)
    options = " ".join(f"--models {name}" for name in names)
    command = f"{results.COMMAND} {options}"
    st.info(say("paper.provenance.missing", command=command), icon=":material/pending:")


def describe_result(result: dict[str, Any]) -> str:
    """Describes model, photographs, attack and device of a result, for a caption.

    Args:
        result: The result.
    """
    measured = say(
        "paper.provenance.measured",
        model=models.title(result["model"]),
        images=result["images"],
        photographs=grouping_words.name_photographs(result["data_sha256"], in_sentence=True),
        attack=_describe_attack(result),
    )
    computed = say("paper.provenance.computed", device=describe_device(result["speed"]["device"]))
    earlier = _say_earlier(result)
    return " ".join(filter(None, (measured, _describe_interval(result), computed, earlier)))


def _say_earlier(result: dict[str, Any]) -> str:
    """Says so where a result is of weights that the model's present ones were trained from."""
    if not results.is_of_earlier_weights(result):
        return ""
    return say("paper.provenance.earlier", weights=result["model_sha256"][:_HASH])


def _describe_interval(result: dict[str, Any]) -> str:
    """Describes how far the choice of the photographs may have moved the figure."""
    figure, key = "accuracy", "accuracy_interval"
    if result["threat_model"] is not None:
        figure, key = "robust_accuracy", "robust_accuracy_interval"
    interval = result.get("intervals", {}).get(figure)
    if interval is None:
        return ""
    low, high = (number(100 * interval[end], 1) for end in ("low", "high"))
    return say(f"paper.provenance.{key}", low=low, high=high)


def _describe_attack(result: dict[str, Any]) -> str:
    """Describes the threat model, without the source's hash, which is the model's own."""
    if result["threat_model"] is None:
        return say("paper.provenance.no_attack")
    threat_model = {key: it for key, it in result["threat_model"].items() if key != "source_sha256"}
    return attack_setup.describe_threat_model(threat_model)


def show_results() -> None:
    """Shows the list of all results behind the page, folded."""
    with st.expander(say("paper.provenance.heading"), icon=":material/fact_check:"):
        st.markdown(say("paper.provenance.lead"))
        st.code(results.COMMAND, language="sh")
        rows = [_list_result(it) for it in experiments.experiments()]
        st.dataframe(pd.DataFrame(rows), hide_index=True)
        for line in list_earlier():
            st.caption(line)
        st.caption(
            say(
                "paper.provenance.caption",
                groupings=_describe_groupings(),
                largest=number(LARGEST, 4),
            )
        )


def list_earlier() -> list[str]:
    """Lists, by model, which results are of weights that the present ones were trained from."""
    clean = [results.read(experiments.clean(model)) for model in experiments.MODELS]
    return [
        f"{models.title(it['model'])}: {said}" for it in clean if it and (said := _say_earlier(it))
    ]


def _describe_groupings() -> str:
    """Says what is known of the groupings that the results are of."""
    every = [results.read(it) for it in experiments.experiments()]
    known = {
        grouping.name: grouping
        for result in every
        if result is not None
        and (grouping := groupings.find_grouping(result["data_sha256"])) is not None
    }
    return " ".join(
        say(
            "paper.provenance.grouping_note",
            name=grouping_words.name_grouping(it).capitalize(),
            note=grouping_words.explain_grouping(it),
        )
        for it in known.values()
    )


def name_photographs(measured: Iterable[dict[str, Any] | None]) -> str:
    """Names the test photographs of results, such as ``test photographs of the first grouping``.

    Args:
        measured: The results; None where one is missing.
    """
    names = sorted(
        {
            grouping_words.name_photographs(it["data_sha256"], in_sentence=True)
            for it in measured
            if it is not None
        }
    )
    if not names:
        return say("paper.provenance.photographs_unknown")
    return say("paper.provenance.photographs", groupings=join_names(names))


def _list_result(experiment: Experiment) -> dict[str, Any]:
    row = _describe_file(experiment)
    return {say(f"paper.provenance.head.{head}"): cell for head, cell in row.items()}


def _describe_file(experiment: Experiment) -> dict[str, Any]:
    try:
        result = results.read(experiment)
    except DatasetError:
        return {"file": experiment.file, "figure": say("paper.provenance.damaged")}
    if result is None:
        return {"file": experiment.file, "figure": say("paper.provenance.not_measured")}
    robust = result["robust_accuracy"]
    return {
        "file": experiment.file,
        "figure": number(result["clean"]["accuracy"] if robust is None else robust, 4),
        "threat_model": _describe_attack(result),
        "images": result["images"],
        "dead_gradients": result["dead_gradients"],
        "device": describe_device(result["speed"]["device"]),
        "weights": result["model_sha256"][:_HASH],
        "grouping": grouping_words.name_photographs(result["data_sha256"]),
        "photographs": result["data_sha256"][:_HASH],
        "code": result["code_sha256"][:_HASH],
        "libraries": ", ".join(f"{name} {it}" for name, it in result["libraries"].items()),
    }
