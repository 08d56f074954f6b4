"""Programs that repeat a step: compiled as a whole, or computed in stretches of a few steps each.

A hundred steps of an attack on a large model take a minute. Between two stretches somebody else's
answer can be computed, as the state of the search stays where it is meanwhile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

from facemask_core.backend import keras
from facemask_core.models.gradients import ModelFunctions, Program, Tensor

ops = keras.ops

Tensors = tuple[Tensor, ...]
Function = Callable[..., Tensors]
"""A compiled program."""


class Loop(ABC):
    """A program that repeats a step; called as a program, it takes them all.

    The state is a flat tuple of tensors, of which the first counts the steps taken.
    """

    @abstractmethod
    def begin(self, model: ModelFunctions, inputs: Tensors) -> Tensors:
        """Makes the state before the first step.

        Args:
            model: The model's functions.
            inputs: The program's tensors.
        """

    @abstractmethod
    def goes_on(self, inputs: Tensors, state: Tensors) -> Tensor:
        """Tells whether there is another step to take, bool ()."""

    @abstractmethod
    def advance(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        """Takes a step, and returns the state after it."""

    @abstractmethod
    def finish(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        """Returns the program's outputs, with the batch as first axis."""

    def __call__(self, model: ModelFunctions, *inputs: Tensor) -> Tensors:
        """Takes all steps, as a program to be traced."""
        state = ops.while_loop(
            lambda *state: self.goes_on(inputs, state),
            lambda *state: self.advance(model, inputs, state),
            self.begin(model, inputs),
        )
        return self.finish(model, inputs, state)


def split_loop(loop: Loop, inputs: int) -> dict[str, Program]:
    """Splits a loop into three programs: ``begin``, ``stretch`` and ``finish``.

    ``stretch`` takes the number of steps, the inputs and the state; it returns whether there is
    another step to take, and the state.

    Args:
        loop: The loop.
        inputs: How many tensors it takes.
    """
    return {
        "begin": lambda model, *tensors: loop.begin(model, tensors),
        "stretch": partial(_take_steps, loop, inputs),
        "finish": lambda model, *tensors: loop.finish(model, tensors[:inputs], tensors[inputs:]),
    }


def _take_steps(
    loop: Loop, count: int, model: ModelFunctions, steps: Tensor, *tensors: Tensor
) -> Tensors:
    inputs, before = tensors[:count], tensors[count:]
    until = before[0] + steps
    state = ops.while_loop(
        lambda *state: ops.logical_and(state[0] < until, loop.goes_on(inputs, state)),
        lambda *state: loop.advance(model, inputs, state),
        before,
    )
    return loop.goes_on(inputs, state), *state
