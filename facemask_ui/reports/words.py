"""A report in the few words a list has room for: what it is about, and how far it is."""

from __future__ import annotations

from facemask_core.jobs import Job, State
from facemask_core.text import visible, write_span
from facemask_ui.choices import attack_setup, models
from facemask_ui.reports.line import Line


def describe_attack(line: Line) -> str:
    """Describes a line's attack, with its epsilon and what of its settings is not usual."""
    if line.stored is not None:
        return attack_setup.describe_stored_attack(line.values)
    order = None if line.job is None else line.job.order
    if order is None or order.attack is None:
        return attack_setup.NO_ATTACK
    details = {"source": order.source, "largest_level": order.largest, "seed": order.seed}
    return attack_setup.describe_attack(order.attack, order.epsilon, order.settings | details)


def describe_line(line: Line) -> tuple[str, str]:
    """Describes a line: its model and attack, and below that its photographs."""
    cropped = ", cropped to the face" if line.cropped else ""
    title = f"{models.name(line.model)} · {describe_attack(line)}"
    if line.job is not None:
        order = line.job.order
        most = "" if order.limit is None else f", at most {order.limit} images"
        images = f", {line.job.total} images" if line.job.total else most
        name = "A zip" if line.data is None else visible(line.data.title)
        cost = ""
        if line.job.state.active and line.job.estimate is not None:
            cost = f", up to about {write_span(line.job.estimate)} of computing"
        return title, f"{name}{images}{cropped}{cost}"
    assert line.stored is not None  # noqa: S101  (for the type checker; a line has one of them)
    values, started = line.stored.question.values, line.stored.started[:16].replace("T", " ")
    name = "" if line.data is None else f"{visible(line.data.title)}, "
    return title, f"{name}{values['files']} images{cropped}, {started} UTC"


def describe_progress(job: Job) -> str:
    """Describes how far a job is."""
    if job.state is State.QUEUED:
        if job.ahead:
            return f"Waiting: {job.ahead} before it"
        return "Waiting for the worker"
    if not job.total:
        return "Starting"
    pace = ""
    if job.rate and job.seconds_left is not None:
        pace = f" · {job.rate:.1f} a second · about {write_span(job.seconds_left)} left"
    return f"{job.done} of {job.total} images{pace}"
