"""The whole of a denoiser as one ONNX graph: values of a file in, values of a file out, for pictures of any size.

The graph is written from the rows of Table I, in operators that runtimes of 2022 know already: those in Fiji and in
ilastik are older than torch's exporter allows.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..files import ORDINARY, ValueRange
from ..machine import optional_packages
from ..nets import SLOPE, UNet

OPSET, IR = 17, 8  # versions of ONNX's operators and of its files, both of 2022
INPUT, OUTPUT = "noisy", "denoised"
PACKAGES = ("onnx", "onnxruntime")


class Graph:
    """A graph in the making: each call adds a node and returns the name of its output."""

    def __init__(self, onnx: Any) -> None:  # noqa: ANN401 (the package, which is optional)
        self.helper, self.numpy_helper = onnx.helper, onnx.numpy_helper
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def __call__(self, operator: str, *inputs: object, **attributes: object) -> str:
        """Adds a node; inputs are names of outputs before it, or constants: whole numbers, numbers, arrays."""
        output = f"{operator.lower()}_{len(self.nodes)}"
        names = [one if isinstance(one, str) else self._constant(one) for one in inputs]
        self.nodes.append(self.helper.make_node(operator, names, [output], **attributes))
        return output

    def _constant(self, value: object) -> str:
        array = np.asarray(value)
        array = array.astype(np.int64 if array.dtype.kind == "i" else np.float32)
        self.constants.append(self.numpy_helper.from_array(array, f"constant_{len(self.constants)}"))
        return f"constant_{len(self.constants) - 1}"


def onnx_model(net: UNet, limits: ValueRange, channels: int, facts: Mapping[str, str]) -> bytes:
    """The bytes of an ONNX file: float32 (N, channels, H, W) in the unit of `limits`, any H, W ≥ 1, to the same.

    With other channels than the net's, each passes it as grey. Values that lie further beyond black and white than
    these lie apart are kept as they are, as in tiling.denoise. Raises ValueError where onnx is missing.
    """
    onnx, _ = optional_packages("an ONNX file", *PACKAGES)
    helper, graph = onnx.helper, Graph(onnx)
    black, span = float(limits.black), float(limits.span)
    unit = graph("Div", graph("Sub", INPUT, black), span)
    tame = graph("Clip", unit, *ORDINARY)
    restored = _padded_and_cropped(graph, net, _as_colour(graph, net, tame, channels))
    if channels != net.config.channels:
        restored = graph("Reshape", graph("ReduceMean", restored, axes=[1], keepdims=1), graph("Shape", tame))
    kept = graph("Add", restored, graph("Sub", unit, tame))
    last = graph("Add", graph("Mul", kept, span), black)
    graph.nodes.append(helper.make_node("Identity", [last], [OUTPUT]))

    sides = ["batch", channels, "height", "width"]
    ends = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, sides) for name in (INPUT, OUTPUT)]
    built = helper.make_graph(graph.nodes, "noise2noise", ends[:1], ends[1:], graph.constants)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(built, opset_imports=opsets, ir_version=IR, producer_name="n2n")
    helper.set_model_props(model, dict(facts))
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def _as_colour(graph: Graph, net: UNet, image: str, channels: int) -> str:
    """Each channel as a grey picture of its own, in as many equal channels as the net has, where it has others."""
    if channels == net.config.channels:
        return image
    size = graph("Shape", image)
    grey = graph("Reshape", image, graph("Concat", [-1, 1], graph("Slice", size, [2], [4]), axis=0))
    return graph("Concat", *[grey] * net.config.channels, axis=1)


def _padded_and_cropped(graph: Graph, net: UNet, image: str) -> str:
    """The net on a picture that is continued by reflection to sides it takes; see data/padding.py."""
    size = graph("Shape", image)
    padded = image
    for axis in (2, 3):
        padded = graph("Gather", padded, _mirrored(graph, graph("Gather", size, axis), net.multiple), axis=axis)
    restored = _rows(graph, net, padded)
    return graph("Slice", restored, [0, 0], graph("Slice", size, [2], [4]), [2, 3])


def _mirrored(graph: Graph, side: str, multiple: int) -> str:
    """The places of a side's pixels: last − |last − i mod 2·last|, for i up to the next multiple."""
    last = graph("Sub", side, 1)
    end = graph("Mul", graph("Div", graph("Add", side, multiple - 1), multiple), multiple)
    period = graph("Max", graph("Mul", last, 2), 1)
    place = graph("Mod", graph("Range", 0, end, 1), period)
    return graph("Sub", last, graph("Abs", graph("Sub", last, place)))


def _rows(graph: Graph, net: UNet, image: str) -> str:
    """The rows of Table I, as UNet.forward runs them."""
    x, outputs = image, {"INPUT": image}
    for layer in net.layers:
        match layer.function:
            case "convolution":
                convolution = net.convolution(layer.name)
                numbers = [
                    one.detach().cpu().numpy() for one in (convolution.weight, convolution.bias) if one is not None
                ]
                x = graph("Conv", x, *numbers, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
                if layer is not net.layers[-1]:
                    x = graph("LeakyRelu", x, alpha=SLOPE)
            case "max-pool":
                outputs[layer.name] = x = graph("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
            case "upsample":
                nearest = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
                x = graph("Resize", x, "", [1.0, 1.0, 2.0, 2.0], **nearest)
            case "concatenate":
                x = graph("Concat", x, outputs.pop(layer.other), axis=1)
    return graph("Add", image, x) if net.config.residual else graph("Sigmoid", x)
