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
from facemask_ui.choices import attack_setup, models

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
    st.info(
        "Not measured yet on the models as they are now; this command does, and goes on where it "
        f"was interrupted: `{results.COMMAND} {options}`",
        icon=":material/pending:",
    )


def describe_result(result: dict[str, Any]) -> str:
    """Describes model, photographs, attack and device of a result, for a caption.

    Args:
        result: The result.
    """
    return (
        f"{models.title(result['model'])} on {result['images']} test photographs of "
        f"{groupings.name_photographs(result['data_sha256'], in_sentence=True)}, "
        f"{_describe_attack(result)}.{_describe_interval(result)} Computed on "
        f"{result['speed']['device']}."
    )


def _describe_interval(result: dict[str, Any]) -> str:
    """Describes how far the choice of the photographs may have moved the figure."""
    key = "accuracy" if result["threat_model"] is None else "robust_accuracy"
    interval = result.get("intervals", {}).get(key)
    if interval is None:
        return ""
    ends = f"{100 * interval['low']:.1f} to {100 * interval['high']:.1f} %"
    return f" 95 % interval of its {key.replace('_', ' ')}: {ends}."


def _describe_attack(result: dict[str, Any]) -> str:
    """Describes the threat model, without the source's hash, which is the model's own."""
    if result["threat_model"] is None:
        return "no attack"
    threat_model = {key: it for key, it in result["threat_model"].items() if key != "source_sha256"}
    return attack_setup.describe_threat_model(threat_model)


def show_results() -> None:
    """Shows the list of all results behind the page, folded."""
    with st.expander("Where the measured figures come from", icon=":material/fact_check:"):
        st.markdown(
            "Every figure of this lab on this page is read from a result file in "
            "`assets/reports/paper` or from a model's card. One command makes what is missing "
            "(`--data FOLDER` where the photographs lie elsewhere):"
        )
        st.code(results.COMMAND, language="sh")
        rows = [_list_result(it) for it in experiments.experiments()]
        st.dataframe(pd.DataFrame(rows), hide_index=True)
        st.caption(
            "An image that was wrong before an attack counts as an error in robust accuracy. "
            f"{_describe_groupings()} Hashes are shortened. A second softmax never says more than "
            f"{LARGEST:.4f}."
        )


def _describe_groupings() -> str:
    """Says what is known of the groupings that the results are of."""
    every = [results.read(it) for it in experiments.experiments()]
    known = {
        grouping.name: grouping
        for result in every
        if result is not None
        and (grouping := groupings.find_grouping(result["data_sha256"])) is not None
    }
    return " ".join(f"{name.capitalize()}: {it.note}." for name, it in known.items())


def name_photographs(measured: Iterable[dict[str, Any] | None]) -> str:
    """Names the test photographs of results, such as ``test photographs of the first grouping``.

    Args:
        measured: The results; None where one is missing.
    """
    names = sorted(
        {
            groupings.name_photographs(it["data_sha256"], in_sentence=True)
            for it in measured
            if it is not None
        }
    )
    return f"test photographs of {' and '.join(names)}" if names else "test photographs"


def _list_result(experiment: Experiment) -> dict[str, Any]:
    try:
        result = results.read(experiment)
    except DatasetError:
        return {"file": experiment.file, "figure": "damaged"}
    if result is None:
        return {"file": experiment.file, "figure": "not measured"}
    robust = result["robust_accuracy"]
    return {
        "file": experiment.file,
        "figure": f"{result['clean']['accuracy']:.4f}" if robust is None else f"{robust:.4f}",
        "threat model": _describe_attack(result),
        "images": result["images"],
        "dead gradients": result["dead_gradients"],
        "device": result["speed"]["device"],
        "weights": result["model_sha256"][:_HASH],
        "grouping": groupings.name_photographs(result["data_sha256"]),
        "photographs": result["data_sha256"][:_HASH],
        "code": result["code_sha256"][:_HASH],
        "libraries": ", ".join(f"{name} {it}" for name, it in result["libraries"].items()),
    }
