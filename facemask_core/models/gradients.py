"""Logits and loss gradients with respect to pixels, compiled; one short function a Keras backend.

An attack is written once, as a program of ``keras.ops`` over :class:`ModelFunctions`. The code
by which a backend differentiates and compiles it is in this file alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from facemask_core import backend, compat
from facemask_core.backend import keras
from facemask_core.errors import AttackError

ops = keras.ops

Tensor = Any
"""A tensor of the running backend."""
LayerFinder = Callable[[keras.Model], keras.layers.Layer]
"""Finds a layer in a model, perhaps in a network within it."""


@dataclass(frozen=True)
class ModelFunctions:
    """The model as a program sees it: pure functions of tensors.

    Attributes:
        logits: Maps pixels (n, h, w, 3) to float32 logits (n, 2), whatever the model computes in.
        margin_gradient: Maps pixels and a direction (n, 2) in logit space to the logits and the
            gradient of ``sum(logits * direction)`` with respect to the pixels.
        feature_gradient: Maps a layer's finder, pixels and a direction to the logits, the layer's
            output in float32, and the same gradient with respect to that output.

    The margin ``z_other - z_label`` replaces cross-entropy: with two classes its gradient has the
    same sign everywhere, and it does not underflow on a confident model.
    """

    logits: Callable[[Tensor], Tensor]
    margin_gradient: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
    feature_gradient: Callable[[LayerFinder, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]


Program = Callable[..., tuple[Tensor, ...]]
"""``program(model_functions, *tensors)``, built of keras.ops only, so that it can be traced."""


def compile_program(model: keras.Model, program: Program) -> Callable[..., tuple[Tensor, ...]]:
    """Compiles a program over a model for the running backend.

    Args:
        model: Pixels to logits; run in inference mode, its weights are never changed.
        program: The program to compile.

    Returns:
        A function of the program's tensors alone, scalars or batches; TensorFlow traces it once
        for all sizes of batch, JAX once for each.

    Raises:
        DeviceError: The running backend is not supported.
    """
    return _COMPILERS[backend.name()](model, program)


def fuse(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Compiles a chain of elementwise operations into a single pass over memory.

    TensorFlow runs operation by operation, and each reads and writes every pixel again: a step of
    an attack on a small model would lose time by that. XLA joins them. On a
    processor the model itself is slower with it. JAX always compiles so.

    Args:
        function: Built of keras.ops, from tensors to a tensor.
    """
    if backend.name() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, autograph=False, jit_compile=True)
    return function


def _compile_tensorflow(model: keras.Model, program: Program) -> Callable[..., tuple[Tensor, ...]]:
    import tensorflow as tf

    functions = _trace_functions(model)
    traced: dict[tuple[Any, ...], Callable[..., tuple[Tensor, ...]]] = {}

    def compiled(*tensors: Tensor) -> tuple[Tensor, ...]:
        # One trace serves every size of batch; a trace a size would take seconds each.
        specs = [
            tf.TensorSpec([None, *tensor.shape[1:]] if len(tensor.shape) else [], tensor.dtype)
            for tensor in tensors
        ]
        key = tuple((tuple(spec.shape), spec.dtype) for spec in specs)
        if key not in traced:
            traced[key] = tf.function(
                partial(program, functions),
                input_signature=specs,
                autograph=False,  # programs are keras.ops already
            )
        return traced[key](*tensors)

    return compiled


_TRACED = "_lab_functions"


def _trace_functions(model: keras.Model) -> ModelFunctions:
    """Traces a model's functions, once for all programs.

    Tracing a model and its gradient takes longer than the rest of a program.
    """
    functions = getattr(model, _TRACED, None)
    if functions is None:
        functions = _tensorflow_functions(model)
        # They refer to the model, so a table of them would keep every model for ever. Keras's own
        # __setattr__ would take them for a part of the model.
        object.__setattr__(model, _TRACED, functions)
    return functions


def _tensorflow_functions(model: keras.Model) -> ModelFunctions:
    import tensorflow as tf

    def logits(images: Tensor) -> Tensor:
        return tf.cast(model(images, training=False), tf.float32)

    def climb(
        scores: Callable[[Tensor], Tensor], point: Tensor, direction: Tensor
    ) -> tuple[Tensor, Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(point)
            values = scores(point)
            margin = tf.reduce_sum(values * direction)
        gradient = tape.gradient(margin, point)
        if gradient is None:
            raise AttackError(
                "No gradient reaches the pixels: something between them and the scores rounds or "
                "cuts it off; replace it by something differentiable."
            )
        return values, gradient

    def feature_gradient(
        find: LayerFinder, images: Tensor, direction: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        features, above = _split(model, find(model), images)
        values, gradient = climb(above, features, direction)
        return values, features, gradient

    pixels = tf.TensorSpec([None, *model.input_shape[1:]], tf.float32)
    towards = tf.TensorSpec([None, *model.output_shape[1:]], tf.float32)
    return ModelFunctions(
        tf.function(logits, input_signature=[pixels], autograph=False),
        tf.function(partial(climb, logits), input_signature=[pixels, towards], autograph=False),
        feature_gradient,
    )


def _compile_jax(model: keras.Model, program: Program) -> Callable[..., tuple[Tensor, ...]]:
    import jax

    def compiled(
        trainable: list[Tensor], non_trainable: list[Tensor], *tensors: Tensor
    ) -> tuple[Tensor, ...]:
        def logits(images: Tensor) -> Tensor:
            answer = model.stateless_call(trainable, non_trainable, images, training=False)[0]
            return answer.astype("float32")

        def climb(
            scores: Callable[[Tensor], Tensor], point: Tensor, direction: Tensor
        ) -> tuple[Tensor, Tensor]:
            def margin(point: Tensor) -> tuple[Tensor, Tensor]:
                values = scores(point)
                return (values * direction).sum(), values

            gradient, values = jax.grad(margin, has_aux=True)(point)
            return values, gradient

        def feature_gradient(
            find: LayerFinder, images: Tensor, direction: Tensor
        ) -> tuple[Tensor, Tensor, Tensor]:
            variables = (*model.trainable_variables, *model.non_trainable_variables)
            weights = zip(variables, (*trainable, *non_trainable), strict=True)
            with keras.StatelessScope(state_mapping=weights):
                features, above = _split(model, find(model), images)
                values, gradient = climb(above, features, direction)
            return values, features, gradient

        functions = ModelFunctions(logits, partial(climb, logits), feature_gradient)
        return program(functions, *tensors)

    jitted = jax.jit(compiled)

    def call(*tensors: Tensor) -> tuple[Tensor, ...]:
        # Weights travel as arguments: as constants they would be compiled into every program.
        return jitted(
            [variable.value for variable in model.trainable_variables],
            [variable.value for variable in model.non_trainable_variables],
            *tensors,
        )

    return call


def _split(
    model: keras.Model, layer: keras.layers.Layer, images: Tensor
) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """Runs a model up to a layer; returns its float32 output, and a function from it to logits.

    That function runs again only what depends on the layer: to trace the rest a second time would
    take as long as to trace a model.
    """
    outputs: list[Tensor] = []
    done: _Done = {}

    def record(output: Tensor) -> Tensor:
        outputs.append(output)
        return ops.copy(output)  # else what follows from it would count as done with any other

    _run_replacing(model, images, layer, record, done)
    (output,) = outputs

    def above(features: Tensor) -> Tensor:
        own = ops.cast(features, output.dtype)
        return ops.cast(_run_replacing(model, images, layer, lambda _: own, done), "float32")

    return ops.cast(output, "float32"), above


_Done = dict[tuple[int, ...], tuple[Any, Tensor]]
"""Outputs by the identities of an operation and its inputs, which are kept so that no other object
gets the identity of one of them."""


def _run_replacing(
    model: keras.Model,
    images: Tensor,
    layer: keras.layers.Layer,
    replace: Callable[[Tensor], Tensor],
    done: _Done,
) -> Tensor:
    """Runs a functional model operation by operation, in inference, as layers do by default.

    The output of one layer, perhaps in a model within the model, becomes ``replace(output)``. What
    is done already is not run again, and what is run is added to it.
    """

    def call(operation: Any, *inputs: Any, **options: Any) -> Any:
        if compat.is_graph(operation):
            return _run_replacing(operation, inputs[0], layer, replace, done)
        given = (operation, *keras.tree.flatten((inputs, options)))
        key = tuple(map(id, given))
        if key not in done:
            done[key] = given, operation(*inputs, **options)
        output = done[key][1]
        return replace(output) if operation is layer else output

    return compat.run_graph(model, images, call)


_COMPILERS: dict[str, Callable[[keras.Model, Program], Callable[..., tuple[Tensor, ...]]]] = {
    "tensorflow": _compile_tensorflow,
    "jax": _compile_jax,
}
