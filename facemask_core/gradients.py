"""Logits and loss gradients with respect to pixels, compiled; one short function a Keras backend.

An attack is written once, as a program of ``keras.ops`` over :class:`ModelFunctions`. What a
backend needs to differentiate and compile it is kept in this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facemask_core import backend
from facemask_core.backend import keras
from facemask_core.errors import AttackError

Tensor = Any
"""A tensor of the running backend."""


@dataclass(frozen=True)
class ModelFunctions:
    """What a program may ask of the model, as pure functions of tensors.

    Attributes:
        logits: Maps pixels (n, h, w, 3) to float32 logits (n, 2), whatever the model computes in.
        margin_gradient: Maps pixels and a direction (n, 2) in logit space to the logits and the
            gradient of ``sum(logits * direction)`` with respect to the pixels.

    The margin ``z_other - z_label`` replaces cross-entropy: with two classes its gradient has the
    same sign everywhere, and it does not underflow on a confident model.
    """

    logits: Callable[[Tensor], Tensor]
    margin_gradient: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


Program = Callable[..., tuple[Tensor, ...]]
"""``program(model_functions, *tensors)``, built of keras.ops only, so that it can be traced."""


def compile_program(model: keras.Model, program: Program) -> Callable[..., tuple[Tensor, ...]]:
    """Compiles a program over a model for the running backend.

    Args:
        model: Pixels to logits; run in inference mode, its weights are never changed.
        program: What to compute.

    Returns:
        A function of the program's tensors alone. It is traced anew only for new shapes.

    Raises:
        DeviceError: The running backend is not supported.
    """
    return _COMPILERS[backend.name()](model, program)


def fused(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Compiles a chain of elementwise operations into a single pass over memory.

    TensorFlow runs operation by operation, and each reads and writes every pixel again: a step of
    an attack on a small model would spend more on that than it must. XLA joins them. The model
    itself is better off without, on a processor. JAX compiles everything so.

    Args:
        function: Built of keras.ops, from tensors to a tensor.
    """
    if backend.name() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, autograph=False, jit_compile=True)
    return function


def _compile_tensorflow(model: keras.Model, program: Program) -> Callable[..., tuple[Tensor, ...]]:
    import tensorflow as tf

    def logits(images: Tensor) -> Tensor:
        return tf.cast(model(images, training=False), tf.float32)

    def margin_gradient(images: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            values = logits(images)
            margin = tf.reduce_sum(values * direction)
        gradient = tape.gradient(margin, images)
        if gradient is None:
            raise AttackError(
                "No gradient reaches the pixels: something between them and the scores rounds or "
                "cuts it off; replace it by something differentiable."
            )
        return values, gradient

    functions = ModelFunctions(logits, margin_gradient)

    @tf.function(autograph=False)  # programs are keras.ops already
    def compiled(*tensors: Tensor) -> tuple[Tensor, ...]:
        return program(functions, *tensors)

    return compiled


def _compile_jax(model: keras.Model, program: Program) -> Callable[..., tuple[Tensor, ...]]:
    import jax

    def compiled(
        trainable: list[Tensor], non_trainable: list[Tensor], *tensors: Tensor
    ) -> tuple[Tensor, ...]:
        def logits(images: Tensor) -> Tensor:
            answer = model.stateless_call(trainable, non_trainable, images, training=False)[0]
            return answer.astype("float32")

        def margin(images: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
            values = logits(images)
            return (values * direction).sum(), values

        def margin_gradient(images: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
            gradient, values = jax.grad(margin, has_aux=True)(images, direction)
            return values, gradient

        return program(ModelFunctions(logits, margin_gradient), *tensors)

    jitted = jax.jit(compiled)

    def call(*tensors: Tensor) -> tuple[Tensor, ...]:
        # Weights travel as arguments: as constants they would be compiled into every program.
        return jitted(
            [variable.value for variable in model.trainable_variables],
            [variable.value for variable in model.non_trainable_variables],
            *tensors,
        )

    return call


_COMPILERS: dict[str, Callable[[keras.Model, Program], Callable[..., tuple[Tensor, ...]]]] = {
    "tensorflow": _compile_tensorflow,
    "jax": _compile_jax,
}
