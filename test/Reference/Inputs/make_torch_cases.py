# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes torch_cases.mlir and torch_cases.safetensors: ops with random inputs and what PyTorch computes for them.

Needs torch and safetensors. Each case is a function; its inputs are the tensors "<case>.in<i>", its results
"<case>.out<i>".
"""
import pathlib
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
torch.manual_seed(1)
tensors, functions = {}, []


def type_of(tensor):
    return "tensor<" + "".join(f"{extent}x" for extent in tensor.shape) + "f32>"


def case(name, op, attributes, inputs, outputs):
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for kind, group in (("in", inputs), ("out", outputs)):
        for i, tensor in enumerate(group):
            tensors[f"{name}.{kind}{i}"] = tensor.contiguous().clone()
    ins, outs = [", ".join(map(type_of, group)) for group in (inputs, outputs)]
    arguments = ", ".join(f"%{i}: {type_of(t)}" for i, t in enumerate(inputs))
    operands = ", ".join(f"%{i}" for i in range(len(inputs)))
    count = f":{len(outputs)}" if len(outputs) > 1 else ""
    results = ", ".join(f"%r#{i}" for i in range(len(outputs))) if count else "%r"
    attributes = ", ".join(['name = "' + name + '"'] + attributes)
    functions.append(f"func.func @{name}({arguments}) -> ({outs}) {{\n"
                     f"  %r{count} = cnn.{op} {operands} {{{attributes}}} : ({ins}) -> ({outs})\n"
                     f"  return {results} : {outs}\n}}\n")


def ints(key, *values):
    return f"{key} = array<i64: {', '.join(map(str, values))}>"


def conv(name, x, w, bias, stride, padding, dilation, groups):
    """padding is (vertical, horizontal)."""
    b = torch.randn(w[0]) if bias else None
    x, w = torch.randn(x), torch.randn(w)
    y = F.conv2d(x, w, b, stride, padding, dilation, groups)
    case(name, "conv", [ints("stride", *stride), ints("padding", *padding, *padding),
                        ints("dilation", *dilation), f"groups = {groups} : i64"],
         [x, w] + ([b] if bias else []), y)


def pool(name, op, x, kernel, stride, padding, ceil, **more):
    x = torch.randn(x)
    attributes = [ints("kernel", *kernel), ints("stride", *stride), ints("padding", *padding, *padding),
                  f"ceil_mode = {str(ceil).lower()}"]
    if op == "max_pool":
        dilation = more.get("dilation", (1, 1))
        attributes.append(ints("dilation", *dilation))
        y = F.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode=ceil)
    else:
        include = more["include"]
        attributes.append(f"count_include_pad = {str(include).lower()}")
        y = F.avg_pool2d(x, kernel, stride, padding, ceil_mode=ceil, count_include_pad=include)
    case(name, op, attributes, [x], y)


conv("conv_plain", (1, 3, 5, 6), (4, 3, 3, 3), True, (1, 1), (0, 0), (1, 1), 1)
conv("conv_all", (2, 4, 9, 8), (6, 2, 3, 2), True, (2, 3), (2, 1), (2, 1), 2)
conv("conv_depthwise", (1, 4, 6, 6), (8, 1, 3, 3), False, (2, 2), (1, 1), (1, 1), 4)
conv("conv_pointwise", (2, 5, 3, 4), (3, 5, 1, 1), True, (1, 1), (0, 0), (1, 1), 1)
for ceil in (False, True):
    suffix = "_ceil" if ceil else ""
    pool("max_pool" + suffix, "max_pool", (1, 2, 7, 8), (3, 2), (2, 3), (1, 1), ceil)
    pool("max_pool_dilated" + suffix, "max_pool", (1, 2, 8, 9), (2, 3), (2, 2), (1, 1), ceil, dilation=(3, 2))
    for include in (False, True):
        pool("avg_pool" + suffix + ("_include" if include else ""), "avg_pool", (2, 2, 7, 8), (3, 2), (2, 3),
             (1, 1), ceil, include=include)
x = torch.randn(2, 3, 4, 5)
case("relu", "relu", [], [x], F.relu(x))
case("relu6", "relu6", [], [5 * x], F.relu6(5 * x))
case("tanh", "tanh", [], [x], torch.tanh(x))
case("sigmoid", "sigmoid", [], [20 * x], torch.sigmoid(20 * x))
case("add", "add", [], [x, x.flip(0)], x + x.flip(0))
for axis in range(4):
    case(f"softmax{axis}", "softmax", [f"axis = {axis} : i64"], [10 * x], F.softmax(10 * x, axis))
case("global_avg_pool", "global_avg_pool", [], [x], F.adaptive_avg_pool2d(x, 1))
case("global_max_pool", "global_max_pool", [], [x], F.adaptive_max_pool2d(x, 1))
case("flatten", "flatten", ["start_dim = 1 : i64"], [x], torch.flatten(x, 1))
case("split", "split", [ints("sizes", 1, 3), "axis = 2 : i64"], [x], torch.split(x, [1, 3], 2))
y = torch.randn(2, 2, 4, 5)
case("concat", "concat", ["axis = 1 : i64"], [x, y], torch.cat([x, y], 1))
z = torch.randn(2, 6, 2, 3)
case("channel_shuffle", "channel_shuffle", ["groups = 3 : i64"], [z], F.channel_shuffle(z, 3))
w, b, mean, var = torch.randn(3), torch.randn(3), torch.randn(3), torch.rand(3) + 0.5
case("batch_norm", "batch_norm", ["eps = 1.0e-3 : f64"], [x, w, b, mean, var],
     F.batch_norm(x, mean, var, w, b, False, 0.0, 1e-3))
m, w, b = torch.randn(3, 7), torch.randn(4, 7), torch.randn(4)
case("linear", "linear", [], [m, w, b], F.linear(m, w, b))
case("im2col", "im2col", [ints("kernel", 3, 2), ints("stride", 1, 2), ints("padding", 2, 1, 2, 1),
                          ints("dilation", 2, 1)], [x], F.unfold(x, (3, 2), (2, 1), (2, 1), (1, 2)))

(here / "torch_cases.mlir").write_text("// Written by make_torch_cases.py.\n\n" + "\n".join(functions))
save_file(tensors, here / "torch_cases.safetensors")
