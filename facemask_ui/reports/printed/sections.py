"""The parts of the printed report, in the order they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from facemask_core import versions
from facemask_core.evaluation.report import Evaluation, Predictions
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.base.palette import WORDS, percent
from facemask_ui.choices import attack_setup, models
from facemask_ui.reports import (
    confidence_histogram,
    epsilon_curve,
    headline_figures,
    most_fooled,
    transfer_table,
)
from facemask_ui.reports.mcnemar_table import MEANING, Duel
from facemask_ui.reports.printed import curves as drawn
from facemask_ui.reports.printed.histogram import histogram
from facemask_ui.reports.printed.markup import Markup, element, joined, name, table


def figures(report: Evaluation) -> Markup:
    """The headline figures, and what they mean."""
    rows = [
        (figure.label, percent(figure.value), figure.between or "–")
        for figure in headline_figures.figures(report)
    ]
    caption, header = f"On {len(report.paths)} images", ("Figure", "Value", "95 % interval")
    notes = [*headline_figures.notes(report), headline_figures.aimless(report)]
    return _section(
        "Figures",
        table(caption, header, rows, class_="numbers"),
        *(element("p", note) for note in notes if note is not None),
    )


def threat_model(report: Evaluation) -> Markup:
    """What the attacker knows and may do, without which no figure means much."""
    if report.threat_model is None:
        return _section("Threat model", element("p", "No attack."))
    return _section("Threat model", element("p", f"{attack_setup.statement(report.threat_model)}."))


def answers(report: Evaluation) -> Markup:
    """The confusion matrices and classification reports, before and after."""
    parts = [_part(title, it) for title, it in confidence_histogram.parts(report).items()]
    return _section("Right and wrong", element("div", *parts, class_="beside"))


def _part(title: str, predictions: Predictions) -> Markup:
    rows = [
        (word, *(str(count) for count in counts))
        for word, counts in zip(WORDS, predictions.confusion.tolist(), strict=True)
    ]
    header = ("True class", *(f"Predicted {word.lower()}" for word in WORDS))
    return element(
        "div",
        element("h3", title),
        table("Confusion matrix", header, rows, class_="numbers"),
        element("p", "Classification report, as scikit-learn prints it:"),
        element("pre", predictions.report_text()),
    )


def confidence(report: Evaluation) -> Markup:
    """The histogram, and the images at its ends."""
    tables = [
        table(
            title,
            ("File", "Truth", "Before", "After"),
            [(name(it.path), it.truth, percent(it.before), percent(it.after)) for it in falls],
            class_="falls",
        )
        for title, falls in most_fooled.ends(report).items()
        if falls
    ]
    return _section(
        "Confidence in the true class",
        histogram(report),
        element("div", *tables, class_="beside"),
    )


def rivals(duels: Sequence[Duel]) -> Markup:
    """How other models did on the same question, if any were asked."""
    if not duels:
        return Markup("")
    rows = [
        (
            # One column for both: a phone has no room for two.
            *(f"{duel.model}, {duel.figure.lower()}", percent(duel.here), percent(duel.there)),
            *(str(duel.test.only_first), str(duel.test.only_second), duel.p),
        )
        for duel in duels
    ]
    header = (
        *("Other model", "Here", "There"),
        *("Right only here", "Right only there", "p"),
    )
    caption, note = "This report's model here, the other there", element("p", MEANING)
    return _section("Against other models", table(caption, header, rows, class_="numbers"), note)


def curves(searches: Mapping[str, SmallestEpsilons]) -> Markup:
    """Accuracy against epsilon, and the medians, of searches on the same files."""
    if not searches:
        return Markup("")
    told = epsilon_curve.table(searches).to_dict("records")
    # Few columns and short words: a phone has to show them abreast.
    header = ("", "Median", "Wrong before", "Still stand")
    columns = ("", "median smallest fooling epsilon", "wrong before", "standing at the end")
    rows = [tuple(str(row[column]) for column in columns) for row in told]
    dead = [f"{row['']}: {count}" for row in told if (count := row["dead gradients"])]
    return _section(
        "Accuracy against epsilon",
        drawn.curves(searches),
        element("p", epsilon_curve.MEANING_UNSHADED),
        table(
            f"Smallest fooling epsilon, on {told[0]['images']} images",
            header,
            rows,
            class_="numbers",
        ),
        *([element("p", f"Images without a gradient: {'; '.join(dead)}.")] if dead else []),
    )


def travels(tables: Mapping[str, pd.DataFrame]) -> Markup:
    """Which attacks made on one model fool another, from reports on the same files."""
    if not tables:
        return Markup("")
    parts = [
        table(
            title,
            ("", *(_capital(column) for column in found.columns)),
            [
                (_capital(made_on), *row)
                for made_on, row in zip(found.index, found.to_numpy().tolist(), strict=True)
            ],
            class_="numbers",
        )
        for title, found in tables.items()
    ]
    return _section("Do attacks travel?", *parts, element("p", transfer_table.MEANING))


def _capital(text: str) -> str:
    """Begins with a capital; the names of models in it stay as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def sources(report: Evaluation) -> Markup:
    """The figures of each source, where sources are known."""
    if report.sources_problem is not None:
        problem = element("p", "No figures for each source: ", name(report.sources_problem))
        return _section("Sources", problem)
    found = report.by_source()
    if not found:
        return Markup("")
    keys = ("accuracy", "balanced_accuracy", "robust_accuracy")
    shown = [key for key in keys if key in next(iter(found.values()))]
    rows: list[tuple[str | Markup, ...]] = [
        (name(source), str(row["images"]), *(percent(row[key]) for key in shown))
        for source, row in found.items()
    ]
    header = ("Source", "Images", *(key.replace("_", " ").capitalize() for key in shown))
    return _section("Sources", table("Figures of each source", header, rows, class_="numbers"))


def skipped(report: Evaluation) -> Markup:
    """The files that could not be used, and why."""
    if not report.skipped:
        return _section("Skipped files", element("p", "None."))
    rows = [(name(entry.path), name(entry.reason)) for entry in report.skipped]
    return _section("Skipped files", table(f"{len(rows)} files", ("File", "Why"), rows))


def identity(report: Evaluation) -> Markup:
    """What the figures are of and what computed them, in full."""
    attack = report.speed.attack_ms_per_image
    computed = {
        "model": models.name(report.model),
        "model sha256": report.model_sha256,
        "data sha256": report.data_sha256,
        "images": str(len(report.paths)),
        "seconds": f"{report.seconds:.1f}",
        "forward": f"{report.speed.forward_ms_per_image:.2f} ms an image",
        "attack": "–" if attack is None else f"{attack:.2f} ms an image",
        "device": report.speed.device,
        "precision": f"{report.precision} ({report.arithmetic})",
    }
    libraries = versions.library_versions() | {"core source sha256": versions.source_sha256()}
    return _section(
        "Hashes and versions", _pairs(computed), element("h3", "Versions"), _pairs(libraries)
    )


def _section(title: str, *content: Markup) -> Markup:
    return element("section", element("h2", title), *content)


def _pairs(pairs: dict[str, str]) -> Markup:
    return element(
        "dl",
        *(
            element("div", joined([element("dt", key), element("dd", name(value))]))
            for key, value in pairs.items()
        ),
    )
