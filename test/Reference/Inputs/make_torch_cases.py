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
    element = "ui8" if tensor.dtype == torch.uint8 else "f32"
    return "tensor<" + "".join(f"{extent}x" for extent in tensor.shape) + element + ">"


def case(name, op, attributes, inputs, outputs, operands="%{}, %{}, %{}, %{}, %{}"):
    """`operands` names the values of the inputs; more than there are inputs are left out."""
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for kind, group in (("in", inputs), ("out", outputs)):
        for i, tensor in enumerate(group):
            tensors[f"{name}.{kind}{i}"] = tensor.contiguous().clone()
    ins, outs = [", ".join(map(type_of, group)) for group in (inputs, outputs)]
    arguments = ", ".join(f"%{i}: {type_of(t)}" for i, t in enumerate(inputs))
    operands = operands.split("}")[:len(inputs)]
    operands = "".join(part + "}" for part in operands).format(*range(len(inputs)))
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


def conv_transpose(name, x, w, bias, stride, padding, output_padding, dilation, groups):
    """w is (inputs, outputs per group, height, width), padding is (vertical, horizontal)."""
    b = torch.randn(w[1] * groups) if bias else None
    x, w = torch.randn(x), torch.randn(w)
    y = F.conv_transpose2d(x, w, b, stride, padding, output_padding, groups, dilation)
    case(name, "conv_transpose", [ints("stride", *stride), ints("padding", *padding, *padding),
                                  ints("output_padding", *output_padding), ints("dilation", *dilation),
                                  f"groups = {groups} : i64"], [x, w] + ([b] if bias else []), y)


def resize(name, x, size, mode, align_corners=False):
    x = torch.randn(x)
    y = F.interpolate(x, size, mode=mode, align_corners=align_corners if mode == "bilinear" else None)
    case(name, "resize", [ints("size", *size), f'mode = "{mode}"',
                          f"align_corners = {str(align_corners).lower()}"], [x], y)


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
case("gelu", "gelu", [], [3 * x], F.gelu(3 * x))
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

conv_transpose("conv_transpose", (1, 3, 4, 5), (3, 4, 3, 3), True, (1, 1), (0, 0), (0, 0), (1, 1), 1)
conv_transpose("conv_transpose_double", (1, 3, 4, 5), (3, 4, 2, 2), True, (2, 2), (0, 0), (0, 0), (1, 1), 1)
conv_transpose("conv_transpose_all", (2, 4, 3, 4), (4, 3, 3, 4), True, (3, 2), (1, 2), (2, 1), (1, 3), 2)
conv_transpose("conv_transpose_depthwise", (1, 4, 3, 4), (4, 1, 3, 3), False, (2, 2), (1, 1), (1, 1), (1, 1), 4)
conv_transpose("conv_transpose_cut", (1, 2, 6, 5), (2, 3, 2, 1), False, (2, 1), (3, 1), (0, 0), (2, 1), 1)
case("dropout", "dropout", ["p = 0.25 : f64"], [x], F.dropout(x, 0.25, training=False))
resize("resize_up", (1, 2, 3, 4), (7, 9), "bilinear")
resize("resize_down", (2, 3, 9, 11), (4, 3), "bilinear")
resize("resize_one", (1, 2, 5, 1), (1, 4), "bilinear")
resize("resize_corners", (1, 2, 5, 4), (8, 3), "bilinear", True)
resize("resize_corners_one", (1, 2, 5, 4), (1, 6), "bilinear", True)
resize("resize_nearest", (1, 2, 5, 7), (12, 3), "nearest")
# 37 * (6/74) and 11 * (26/22) are below 3 and 13 in f32.
resize("resize_nearest_rounded", (1, 1, 6, 26), (74, 22), "nearest")
case("crop", "crop", [ints("offset", 1, 2), ints("size", 3, 2)], [x], x[:, :, 1:4, 2:4])
case("pad", "pad", [ints("padding", 1, 0, 2, 3), ints("channels", 2, 1)], [x], F.pad(x, (0, 3, 1, 2, 2, 1)))
s = torch.randn(2, 12, 3, 2)
shuffled = s.view(2, 4, 3, 3, 2).transpose(1, 2).reshape(2, 12, 3, 2)
case("depth_to_space", "depth_to_space", [ints("factor", 2, 2), ints("offset", 1, 0), ints("size", 4, 3)],
     [s], F.pixel_shuffle(shuffled, 2)[:, :, 1:5, :3])
photo = torch.randint(0, 256, (1, 4, 5, 3), dtype=torch.uint8)
case("to_tensor", "to_tensor", ['layout = "nhwc"'], [photo], photo.permute(0, 3, 1, 2).float() / 255)
case("to_tensor_planes", "to_tensor", [], [photo], photo.float() / 255)

def uneven_conv(name, x, w, stride, padding, dilation, groups):
    """padding is (top, left, bottom, right)."""
    x, w, b = torch.randn(x), torch.randn(w), torch.randn(w[0])
    top, left, bottom, right = padding
    y = F.conv2d(F.pad(x, (left, right, top, bottom)), w, b, stride, 0, dilation, groups)
    case(name, "conv", [ints("stride", *stride), ints("padding", *padding), ints("dilation", *dilation),
                        f"groups = {groups} : i64"], [x, w, b], y)


def uneven_pool(name, op, x, kernel, stride, padding):
    """Of avg_pool the padding counts."""
    x, (top, left, bottom, right) = torch.randn(x), padding
    border = (left, right, top, bottom)
    y = (F.max_pool2d(F.pad(x, border, value=-torch.inf), kernel, stride) if op == "max_pool"
         else F.avg_pool2d(F.pad(x, border), kernel, stride))
    case(name, op, [ints("kernel", *kernel), ints("stride", *stride), ints("padding", *padding)], [x], y)


uneven_conv("conv_uneven", (1, 3, 7, 6), (5, 3, 4, 3), (1, 2), (1, 0, 2, 3), (1, 1), 1)
uneven_conv("conv_uneven_groups", (2, 6, 7, 8), (9, 2, 2, 3), (2, 1), (0, 2, 1, 0), (3, 2), 3)
uneven_conv("conv_uneven_depthwise", (1, 10, 6, 7), (10, 1, 3, 3), (1, 1), (2, 0, 0, 1), (1, 2), 10)
uneven_conv("conv_wide_groups", (1, 32, 3, 3), (48, 16, 1, 1), (1, 1), (0, 0, 0, 0), (1, 1), 2)
uneven_pool("max_pool_uneven", "max_pool", (1, 3, 7, 8), (3, 2), (2, 2), (1, 0, 0, 1))
uneven_pool("avg_pool_uneven", "avg_pool", (1, 3, 7, 8), (3, 4), (1, 2), (0, 2, 1, 1))
case("linear_no_bias", "linear", [], [m, w], F.linear(m, w))
case("batch_norm_matrix", "batch_norm", [], [m] + (norm := [torch.rand(7) + 0.5 for _ in range(4)]),
     F.batch_norm(m, norm[2], norm[3], norm[0], norm[1]))
case("softmax_matrix", "softmax", ["axis = 1 : i64"], [3 * m], F.softmax(3 * m, 1))
case("split_channels", "split", [ints("sizes", 1, 3, 2), "axis = 1 : i64"], [z], torch.split(z, [1, 3, 2], 1))
case("concat_rows", "concat", ["axis = 2 : i64"], [x, x.flip(2)], torch.cat([x, x.flip(2)], 2))
wide = torch.randn(1, 20, 3, 2)
case("channel_shuffle_wide", "channel_shuffle", ["groups = 4 : i64"], [wide], F.channel_shuffle(wide, 4))

offsets = [(0, 0), (1, -2), (-1, 1), (2, 0), (0, 3), (-4, 0)]
around = F.pad(z, (4, 4, 4, 4))
case("spatial_shift", "spatial_shift", [ints("offsets", *(d for pair in offsets for d in pair))], [z],
     torch.stack([around[:, c, 4 + dy:6 + dy, 4 + dx:7 + dx] for c, (dy, dx) in enumerate(offsets)], 1))

scale, shift = torch.randn(3), torch.randn(3)
case("channel_affine", "channel_affine", [], [x, scale, shift], x * scale.view(3, 1, 1) + shift.view(3, 1, 1))
case("channel_affine_rows", "channel_affine", ["axis = 0 : i64"], [w, torch.arange(1.0, 5)],
     w * torch.arange(1.0, 5).view(4, 1))
gamma, beta, mean, var = norm
factor = gamma / torch.sqrt(var + 1e-3)
case("batch_norm_affine", "batch_norm_affine", ["eps = 1.0e-3 : f64"], norm, [factor, beta - mean * factor])

columns, kernel, bias = F.unfold(x, (2, 3), 1, (1, 0), (2, 1)), torch.randn(4, 3, 2, 3), torch.randn(4)
case("matmul", "matmul", [ints("output_size", 3, 3)], [columns, kernel, bias],
     F.conv2d(x, kernel, bias, (2, 1), (1, 0)))

# What a grouped convolution of scale * x + shift computes, with the folded weight and bias.
kernel, scale, shift, bias = torch.randn(4, 3, 2, 1), torch.randn(6), torch.randn(6), torch.randn(4)
case("input_affine", "input_affine", ["groups = 2 : i64"], [kernel, scale, shift, bias],
     [kernel * scale.view(2, 1, 3, 1, 1).expand(2, 2, 3, 1, 1).reshape(4, 3, 1, 1),
      F.conv2d(shift.view(1, 6, 1, 1).expand(1, 6, 2, 1), kernel, bias, groups=2).flatten()],
     operands="%{}, %{} shift %{} bias %{}")

# A kernel of a transposed convolution with two groups, dilated, cut into its sub-pixels and turned round.
kernel, stride, dilation = torch.randn(6, 2, 3, 2), (2, 3), (2, 1)
spread = torch.zeros(6, 2, 6, 3)
spread[:, :, 0:5:2, 0:2] = kernel
sub_pixels = spread.view(2, 3, 2, 3, 2, 1, 3).permute(0, 4, 6, 2, 1, 3, 5).reshape(24, 3, 3, 1).flip(2, 3)
case("sub_pixel_weight", "sub_pixel_weight",
     [ints("stride", *stride), ints("dilation", *dilation), "groups = 2 : i64"], [kernel], sub_pixels)
bias = torch.randn(4)
case("sub_pixel_bias", "sub_pixel_bias", [ints("stride", *stride), "groups = 2 : i64"], [bias],
     bias.view(2, 1, 2).expand(2, 6, 2).reshape(24))

(here / "torch_cases.mlir").write_text("// Written by make_torch_cases.py.\n\n" + "\n".join(functions))
save_file(tensors, here / "torch_cases.safetensors")
