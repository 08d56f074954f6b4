"""Makes the ONNX files beside it: small networks of torchvision's parts as PyTorch exports them.

PyTorch is no dependency of the lab. In an environment of its own with torch 2.13.0, torchvision
0.28.0, onnx 1.23.2 and onnxscript 0.7.2: ``python make.py``. Each network has random weights; its
own answers and the gradient of the second score lie in a ``.npz`` beside its file.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torchvision.models import DenseNet, MobileNetV2, MobileNetV3
from torchvision.models.efficientnet import EfficientNet, MBConvConfig
from torchvision.models.mobilenetv3 import InvertedResidualConfig
from torchvision.models.resnet import BasicBlock
from torchvision.models.vgg import make_layers

HERE = Path(__file__).parent
SIDE = 28


class Residual(nn.Module):
    """ResNet's stem, two of its blocks and its end, narrow."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        down = nn.Sequential(nn.Conv2d(8, 12, 1, stride=2, bias=False), nn.BatchNorm2d(12))
        self.blocks = nn.Sequential(BasicBlock(8, 8), BasicBlock(8, 12, 2, down))
        self.fc = nn.Linear(12, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks(self.maxpool(torch.relu(self.bn1(self.conv1(x)))))
        return self.fc(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))


class Plain(nn.Module):
    """VGG's features and its dense layers, narrow, behind a normalisation of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.features = make_layers([8, "M", 12, 12, "M"], batch_norm=False)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            nn.Linear(12 * 49, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 2), nn.Softmax(dim=1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (x - 0.5) / torch.tensor([0.25, 0.5, 0.2]).reshape(1, 3, 1, 1)
        x = self.avgpool(self.features(x))
        return self.classifier(x.view(x.size(0), -1))


def make_mobile_v2() -> nn.Module:
    settings = [[1, 4, 1, 1], [6, 6, 2, 2]]
    return MobileNetV2(2, width_mult=0.25, inverted_residual_setting=settings, round_nearest=2)


def make_mobile_v3() -> nn.Module:
    make = partial(InvertedResidualConfig, width_mult=1.0)
    blocks = [make(8, 3, 8, 8, True, "RE", 2, 1), make(8, 5, 24, 12, True, "HS", 1, 1)]
    return MobileNetV3(blocks, 24, num_classes=2)


def make_efficient() -> nn.Module:
    make = partial(MBConvConfig, width_mult=1.0, depth_mult=1.0)
    return EfficientNet([make(1, 3, 1, 8, 8, 1), make(4, 5, 2, 8, 12, 2)], 0.2, num_classes=2)


MAKERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "mobilenetv2": (make_mobile_v2, {"opset_version": 9, "dynamo": False}),
    "mobilenetv3": (
        make_mobile_v3,
        {"opset_version": 17, "dynamo": False, "dynamic_axes": {"x": [0]}},
    ),
    "resnet": (Residual, {"opset_version": 12, "dynamo": False}),
    "efficientnet": (make_efficient, {"opset_version": 20, "dynamo": True}),
    "densenet": (
        partial(DenseNet, 4, (2, 2), 8, num_classes=2),
        {"opset_version": 13, "dynamo": False, "dynamic_axes": {"x": [0, 2, 3]}},
    ),
    "vgg": (Plain, {"opset_version": 18, "dynamo": True}),
}


def shuffle(network: nn.Module) -> nn.Module:
    """Gives batch norms statistics with which all channels matter."""
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.normal_(part.running_mean, std=0.1)
            nn.init.uniform_(part.running_var, 0.2, 0.6)
            nn.init.uniform_(part.weight, 0.6, 1.4)
            nn.init.normal_(part.bias, std=0.2)
        if isinstance(part, nn.Linear):
            nn.init.normal_(part.weight, std=part.in_features**-0.5)
    return network.eval()


def main() -> None:
    """Writes every file."""
    pictures = np.random.default_rng(0).uniform(0, 1, (2, 3, SIDE, SIDE)).astype(np.float32)
    for name, (make, options) in MAKERS.items():
        torch.manual_seed(1)
        network = shuffle(make())
        point = torch.tensor(pictures, requires_grad=True)
        scores = network(point)
        scores[:, 1].sum().backward()
        np.savez_compressed(
            HERE / f"{name}.npz", scores=scores.detach().numpy(), gradient=point.grad.numpy()
        )
        file = str(HERE / f"{name}.onnx")
        inside = {"external_data": False} if options["dynamo"] else {}
        picture = torch.zeros(1, 3, SIDE, SIDE)
        torch.onnx.export(network, (picture,), file, input_names=["x"], **options, **inside)


if __name__ == "__main__":
    main()
