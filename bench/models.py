# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of nn/ that torchvision lacks, in PyTorch, for torch_zoo.py. Attributes bear the layers' names."""

import torch
from torch import nn
from torch.nn import functional


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class PaddedBlock(nn.Module):
    """ResNet's basic block with the shortcut of option A."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv(outputs, outputs, 3), nn.BatchNorm2d(outputs)
        self.new, self.stride = outputs - inputs, stride

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        x = x[:, :, :: self.stride, :: self.stride]
        return functional.relu(y + functional.pad(x, (0, 0, 0, 0, self.new // 2, self.new - self.new // 2)))


def shifted(x, kernel):
    """Group g of the channels shows its neighbour g of kernel x kernel; those left over stay."""
    margin, group = kernel // 2, x.shape[1] // kernel**2
    around, y = functional.pad(x, [margin] * 4), x.clone()
    for g in range(kernel**2):
        top, left, of = g // kernel, g % kernel, slice(g * group, (g + 1) * group)
        y[:, of] = around[:, of, top : top + x.shape[2], left : left + x.shape[3]]
    return y


class ShiftBlock(nn.Module):
    """ShiftResNet's block, without expansion."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, outputs, 1), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv(outputs, outputs, 1, stride), nn.BatchNorm2d(outputs)
        if inputs != outputs:
            self.downsample = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = shifted(functional.relu(self.bn1(self.conv1(x))), 3)
        y = functional.relu(self.bn2(self.conv2(y)))
        return y + (self.downsample(x) if hasattr(self, "downsample") else x)


class CifarNet(nn.Module):
    """Three stages of n blocks."""

    def __init__(self, n, block):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 16, 3), nn.BatchNorm2d(16)
        self.layer1, self.layer2, self.layer3 = (
            nn.Sequential(*(block(width if j else inputs, width, 1 if j else width // inputs) for j in range(n)))
            for inputs, width in [(16, 16), (16, 32), (32, 64)]
        )
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(functional.relu(self.bn1(self.conv1(x))))))
        return self.fc(x.mean((2, 3)))


class ShiftUnit(nn.Module):
    def __init__(self, inputs, outputs, kernel, expansion):
        super().__init__()
        self.stride, self.kernel = 1 if inputs == outputs else 2, kernel
        own = outputs - inputs if self.stride == 2 else outputs
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv(inputs, expansion * own, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(expansion * own), conv(expansion * own, own, 1, self.stride)

    def forward(self, x):
        y = shifted(self.conv1(functional.relu(self.bn1(x))), self.kernel)
        y = self.conv2(functional.relu(self.bn2(y)))
        return y + x if self.stride == 1 else torch.cat([y, functional.avg_pool2d(x, 3, 2, 1)], 1)


class ShiftNet(nn.Module):
    def __init__(self, stem):
        super().__init__()
        self.conv1 = conv(3, stem, 7, 2)
        stages = [(5, 5, 4, 4), (6, 5, 4, 3), (7, 3, 3, 2), (3, 3, 2, 1)]
        for i, (n, kernel, first, rest) in enumerate(stages):
            width = stem * 2 ** (i + 1)
            units = [ShiftUnit(width, width, kernel, rest) for _ in range(n - 1)]
            setattr(self, f"layer{i + 1}", nn.Sequential(ShiftUnit(width // 2, width, kernel, first), *units))
        self.bn1, self.fc = nn.BatchNorm2d(16 * stem), nn.Linear(16 * stem, 1000)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))
        return self.fc(functional.relu(self.bn1(x)).mean((2, 3)))


class DoubleConv(nn.Module):
    def __init__(self, inputs, outputs, padding, norm):
        super().__init__()
        layers = []
        for channels in (inputs, outputs):
            layers += [nn.Conv2d(channels, outputs, 3, padding=padding, bias=not norm)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU()] if norm else [nn.ReLU()]
        self.double_conv = nn.Sequential(*layers)

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, *arguments):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(*arguments))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs, padding, norm):
        super().__init__()
        self.up = nn.ConvTranspose2d(inputs, outputs, 2, 2)
        self.conv = DoubleConv(inputs, outputs, padding, norm)

    def forward(self, x, skip):
        x = self.up(x)
        rows, columns = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        top, left = rows // 2, columns // 2
        if self.conv.double_conv[0].padding == (0, 0):
            skip = skip[:, :, top : top + x.shape[2], left : left + x.shape[3]]
        else:
            x = functional.pad(x, (left, columns - left, top, rows - top))
        return self.conv(torch.cat([skip, x], 1))


class OutConv(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv = nn.Conv2d(64, classes, 1)

    def forward(self, x):
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, channels, classes, padding, norm):
        super().__init__()
        self.inc = DoubleConv(channels, 64, padding, norm)
        for i in range(1, 5):
            setattr(self, f"down{i}", Down(32 * 2**i, 64 * 2**i, padding, norm))
            setattr(self, f"up{i}", Up(64 * 2 ** (5 - i), 64 * 2 ** (4 - i), padding, norm))
        self.outc = OutConv(classes)

    def forward(self, x):
        skips = [self.inc(x)]
        for down in (self.down1, self.down2, self.down3, self.down4):
            skips.append(down(skips[-1]))
        x = skips.pop()
        for up in (self.up1, self.up2, self.up3, self.up4):
            x = up(x, skips.pop())
        return self.outc(x)


def vgg16C():
    layers, inputs = [], 3
    for width, kernels in [(64, [3, 3]), (128, [3, 3]), (256, [3, 3, 1]), (512, [3, 3, 1]), (512, [3, 3, 1])]:
        for kernel in kernels:
            layers += [nn.Conv2d(inputs, width, kernel, padding=kernel // 2), nn.ReLU()]
            inputs = width
        layers += [nn.MaxPool2d(2)]
    head = [nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()]
    # torchvision's names: flatten is no part of its classifier.
    model = nn.Sequential()
    model.features = nn.Sequential(*layers)
    model.flatten = nn.Flatten()
    model.classifier = nn.Sequential(*head, nn.Linear(4096, 1000))
    return model
