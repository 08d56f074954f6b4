"""What a report may take is estimated beforehand, and refused with what would fit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import queued

from facemask_core import attacks
from facemask_core.errors import TooLongReportError
from facemask_core.jobs import Order
from facemask_core.jobs.budget import Budget
from facemask_core.jobs.cost import check_cost, estimate_cost
from facemask_core.models import checkpoints

BUDGET = Budget(job=600.0, batch=120.0, owner=900.0)
SPEEDS = {"vgg19": 0.2, "mobilenetv3": 0.01}


def order(model: str = "vgg19", attack: str | None = "pgd", **more: object) -> Order:
    settings = {key: more.pop(key) for key in ("steps", "restarts", "queries") if key in more}
    return queued.order(Path("x"), model=model, attack=attack, settings=settings, **more)


def test_a_flood_s_report_would_take_days_and_is_refused_with_what_would_fit() -> None:
    huge = order(steps=100, restarts=10)
    assert estimate_cost(huge, 500, SPEEDS).seconds > 2 * 86400
    with pytest.raises(TooLongReportError) as caught:
        check_cost(huge, 500, SPEEDS, BUDGET)
    assert str(caught.value) == (
        "This report would take up to about 2.9 days of computing, in which others wait, and a "
        "report here may take 10 min: with 1 restart and 1 step, it would fit."
    )


@pytest.mark.parametrize(
    ("refused", "images"),
    [
        (order(steps=20, restarts=1), 400),
        (order(steps=20, restarts=4), 400),
        (order("mobilenetv3", steps=100, restarts=10), 400),
        (order("mobilenetv3", attack="square", queries=5000), 300),
        (order("mobilenetv3", source="vgg19", steps=20), 400),
        (order(largest=16, epsilon=16 / 255, steps=20), 100),
        (order(attack=None, crop=True), 25_000),
    ],
)
def test_what_is_advised_fits_and_one_more_does_not(refused: Order, images: int) -> None:
    with pytest.raises(TooLongReportError) as caught:
        check_cost(refused, images, SPEEDS, BUDGET)
    advice = str(caught.value).partition("with ")[2]
    assert advice.endswith("it would fit.")
    (most,) = map(int, re.findall(r"at most (\d+) image", advice))
    assert estimate_cost(refused, most, SPEEDS).fits(BUDGET)
    assert not estimate_cost(refused, most + 1, SPEEDS).fits(BUDGET)
    for words in advice.split(", or ")[1:]:
        changes = {
            name.rstrip("s"): int(value)
            for value, name in re.findall(r"(\d+) (step|restart|query|querie)s?", words)
        }
        changed = {
            key: changes.get(key.rstrip("s"), value) for key, value in refused.settings.items()
        }
        reduced = queued.order(
            Path("x"),
            model=refused.model,
            attack=refused.attack,
            source=refused.source,
            settings=changed,
            largest=refused.largest,
            epsilon=refused.epsilon,
        )
        assert estimate_cost(reduced, images, SPEEDS).fits(BUDGET), words


def test_a_usual_report_fits_in_public() -> None:
    for model in checkpoints.available():
        check_cost(order(model, attack="fgsm"), 400, {}, BUDGET)
        check_cost(order(model, attack=None), 500, {}, BUDGET)
    check_cost(order("mobilenetv3", steps=20), 400, SPEEDS, BUDGET)


def test_what_was_measured_here_counts_before_the_card() -> None:
    slow, quick = ({"vgg19": seconds} for seconds in (1.0, 0.01))
    assert estimate_cost(order(), 10, slow).seconds > estimate_cost(order(), 10, {}).seconds
    assert estimate_cost(order(), 10, quick).seconds < estimate_cost(order(), 10, {}).seconds
    unknown = estimate_cost(order("nowhere"), 10, {})
    assert unknown.seconds >= estimate_cost(order(), 10, {}).seconds


def test_each_setting_that_takes_longer_costs_more() -> None:
    base = estimate_cost(order(steps=10), 100, SPEEDS).seconds
    for longer in (
        order(steps=20),
        order(steps=10, restarts=2),
        order(steps=10, largest=16, epsilon=16 / 255),
        order(steps=10, crop=True),
    ):
        assert estimate_cost(longer, 100, SPEEDS).seconds > base
    assert estimate_cost(order(steps=10), 200, SPEEDS).seconds > base
    transferred = estimate_cost(order("mobilenetv3", source="vgg19", steps=10), 100, SPEEDS)
    assert transferred.seconds == pytest.approx(base, rel=0.1), "it is made on the source"


def test_stop_early_takes_larger_batches() -> None:
    cost = estimate_cost(
        queued.order(Path("x"), attack="pgd", settings={"stop_early": True}), 500, SPEEDS
    )
    assert cost.batch_size == attacks.make("pgd", stop_early=True).batch_size > 32


def test_a_noise_for_all_is_trained_once_however_many_images_there_are() -> None:
    ten, hundred = (
        estimate_cost(order("mobilenetv3", attack="universal"), images, SPEEDS).seconds
        for images in (10, 100)
    )
    assert ten > 50 * 25 * SPEEDS["mobilenetv3"]
    assert hundred < 1.2 * ten
