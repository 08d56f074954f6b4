"""Writes the shipped MobileNetV3 with PyTorch as ONNX files, in an environment of its own.

    KERAS_BACKEND=torch python -m benchmarks.foreign_files.torch_makers FOLDER

with torch 2.13.0, keras 3.15.1 and onnx 1.23.2, after ``benchmarks.foreign_files`` has prepared
the folder. The network is Keras's on PyTorch, which its exporter sees as operations of PyTorch.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import torch


class Detector(torch.nn.Module):
    """Pixels as a file wants them to its scores."""

    def __init__(self, case: dict[str, Any], weights: Any) -> None:
        super().__init__()
        self.base = keras.applications.MobileNetV3Small(
            input_shape=(case["side"], case["side"], 3),
            include_top=False,
            weights=None,
            include_preprocessing=False,
            pooling="avg",
        )
        count = range(len(self.base.weights))
        self.base.set_weights([weights[f"{case['weights']}/w{n}"] for n in count])
        kernel, bias = weights[f"{case['name']}/kernel"], weights[f"{case['name']}/bias"]
        self.last = torch.nn.Linear(*kernel.shape)
        self.last.weight.data, self.last.bias.data = torch.tensor(kernel.T), torch.tensor(bias)
        self.register_buffer("scale", torch.tensor(weights[f"{case['name']}/scale"]))
        self.register_buffer("offset", torch.tensor(weights[f"{case['name']}/offset"]))
        self.case = case

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Computes the scores before the head's activation."""
        x = x.permute(0, 2, 3, 1) if self.case["layout"] == "nchw" else x
        x = x.flip(-1) if self.case["colours"] == "bgr" else x
        return self.last(self.base(x * self.scale + self.offset, training=False))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Computes what the file answers."""
        scores = self.logits(x)
        return {
            "logits": lambda: scores,
            "sigmoid": lambda: torch.sigmoid(scores),
            "log_softmax": lambda: torch.log_softmax(scores, 1),
        }.get(self.case["head"], lambda: torch.softmax(scores, 1))()


def main(folder: Path) -> None:
    """Writes every file of PyTorch, its answers, and the gradient of its first score."""
    weights = np.load(folder / "weights.npz")
    for case in json.loads((folder / "torch.json").read_text()):
        network = Detector(case, weights).eval()
        pictures = weights[f"{case['name']}/pictures"]
        if case["layout"] == "nchw":
            pictures = pictures.transpose(0, 3, 1, 2)
        point = torch.tensor(np.ascontiguousarray(pictures[:4]), requires_grad=True)
        network.logits(point)[:, 0].sum().backward()
        with torch.no_grad():
            scores = network(torch.tensor(np.ascontiguousarray(pictures))).numpy()
        np.savez(folder / f"{case['name']}.npz", scores=scores, gradient=point.grad.numpy())
        torch.onnx.export(
            network,
            (torch.zeros(1, *pictures.shape[1:]),),
            str(folder / case["name"]),
            opset_version=case["version"],
            dynamo=False,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
