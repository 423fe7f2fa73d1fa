# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs networks that `fovea compile --shared` wrote, with numpy arrays in and out.

    import fovea

    with fovea.Network("lenet5.so") as net:
        logits = net(image)

Python's ctypes loads the library; nothing here is compiled. The folder of this package is all it takes, beside numpy.
"""

from .network import Error, Network, Port, Status

__all__ = ["Error", "Network", "Port", "Status"]
