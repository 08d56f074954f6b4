"""A report in the few words a list has room for: what it is about, and how far it is."""

from __future__ import annotations

from facemask_core.jobs import Job, State
from facemask_core.text import visible
from facemask_ui.choices import attack_setup, models
from facemask_ui.language import number, say
from facemask_ui.reports import dataset_choice
from facemask_ui.reports.line import Line

_UNITS = ((90, "seconds", 1, 0), (5400, "minutes", 60, 0), (2 * 86400, "hours", 3600, 1))
"""Up to how many seconds a unit is used, how long it is, and with how many decimals."""


def describe_attack(line: Line) -> str:
    """Describes a line's attack, with its epsilon and what of its settings is not usual."""
    if line.stored is not None:
        return attack_setup.describe_stored_attack(line.values)
    order = None if line.job is None else line.job.order
    if order is None or order.attack is None:
        return say("attacks.no_attack")
    details = {"source": order.source, "largest_level": order.largest, "seed": order.seed}
    return attack_setup.describe_attack(order.attack, order.epsilon, order.settings | details)


def describe_line(line: Line) -> tuple[str, str]:
    """Describes a line: its model and attack, and below that its photographs."""
    title = f"{models.name(line.model)} · {describe_attack(line)}"
    parts = _describe_job(line, line.job) if line.job is not None else _describe_stored(line)
    return title, ", ".join(parts)


def _describe_job(line: Line, job: Job) -> list[str]:
    parts = [_name_data(line) or say("report.dataset.any_zip")]
    if job.total:
        parts.append(say("report.line.images", count=job.total))
    elif job.order.limit is not None:
        parts.append(say("report.line.most_images", count=job.order.limit))
    parts += _describe_crop(line)
    if job.state.active and job.estimate is not None:
        parts.append(say("report.line.cost", span=write_span(job.estimate)))
    return parts


def _describe_stored(line: Line) -> list[str]:
    assert line.stored is not None  # noqa: S101  (for the type checker; a line has one of them)
    started = line.stored.started[:16].replace("T", " ")
    images = say("report.line.images", count=int(line.values["files"]))
    return [*filter(None, [_name_data(line)]), images, *_describe_crop(line), f"{started} UTC"]


def _name_data(line: Line) -> str:
    return "" if line.data is None else visible(dataset_choice.name_data(line.data))


def _describe_crop(line: Line) -> list[str]:
    return [say("report.line.cropped")] if line.cropped else []


def name_search(line: Line) -> str:
    """Names the model and the attack of a search for the smallest epsilons."""
    title = f"{models.name(line.model)} · {describe_attack(line)}"
    if line.attack is None:
        return title
    attack = attack_setup.name_attack(line.attack)
    return title.replace(say("attacks.described.smallest", attack=attack), attack)


def describe_progress(job: Job) -> str:
    """Describes how far a job is."""
    if job.state is State.QUEUED:
        if job.ahead:
            return say("report.line.queued", count=job.ahead)
        return say("report.line.next")
    if not job.total:
        return say("report.line.starting")
    parts = [say("report.line.done", done=number(job.done), count=job.total)]
    if job.rate and job.seconds_left is not None:
        parts.append(say("report.line.rate", number=number(job.rate, 1)))
        parts.append(say("report.line.left", span=write_span(job.seconds_left)))
    return " · ".join(parts)


def write_span(seconds: float) -> str:
    """Writes a time in the unit that suits it, such as ``45 s``, ``3 min`` or ``1.5 h``."""
    for most, unit, length, digits in _UNITS:
        if seconds < most:
            return say(f"report.span.{unit}", number=number(seconds / length, digits))
    return say("report.span.days", number=number(seconds / 86400, 1))
