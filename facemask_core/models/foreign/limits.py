"""Bounds on a stranger's model: far above every image classifier that people train."""

from __future__ import annotations

LARGEST_FILE = 800 * 2**20
LONGEST_ARCHITECTURE = 8 * 2**20
"""Bytes of JSON; EfficientNetB7's is less than one megabyte."""
MOST_PARAMETERS = 150_000_000
"""VGG16 with all three of its dense layers has 138 million."""
MOST_STEPS = 3_000
"""Layers in all, those of models within the model included."""
MOST_NODES = 20_000
"""Of an ONNX file, where a layer may be ten nodes; after what is constant is worked out, at most
:data:`MOST_STEPS` are left."""
MOST_WHOLE_NUMBERS = 100_000
"""In one constant of an ONNX file: shapes and places."""
DEEPEST = 8
"""Models within models."""
MOST_OUTPUTS = 32_000_000
"""Numbers a layer may give for one picture; the largest of VGG19 gives 3.2 million."""
MOST_MULTIPLICATIONS = 100_000_000_000
"""For one picture; VGG19 at 224 pixels takes 20 billion."""
LARGEST_EXPANSION = 20
"""How many times its file's size the weights may take."""
MOST_SECONDS = 60
"""Of a processor, to read a file; the largest takes three."""
LARGEST_SIDE = 1024
"""Pixels of an input."""
