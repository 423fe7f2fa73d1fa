# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One peer in a process of its own, told by peers.py when to run.

    worker.py PEER FOLDER THREADS

It makes a session of the model in FOLDER, compares its output with the expected one, and prints what it found. Each
line of standard input is then a number of seconds to run; each answer the milliseconds of every run. Runs take and
give NCHW arrays of numpy: conversions to what a peer computes on are part of its time.
"""

import importlib
import json
import pathlib
import sys
import time

import numpy

from environment import ROOT


class Fovea:
    """The artefact that `fovea compile --shared` wrote, through Fovea's binding."""

    def __init__(self, folder, threads):
        import fovea

        self.network = fovea.Network(folder / "fovea" / f"{folder.name}.so", threads=threads)
        self.version, self.precision = (folder / "fovea" / "version").read_text(), "f32"

    def __call__(self, image):
        return self.network(image)


class OnnxRuntime:
    def __init__(self, folder, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(
            folder / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        self.version, self.precision = onnxruntime.__version__, "f32"

    def __call__(self, image):
        return self.session.run(None, {"image": image})[0]


class OpenVino:
    """With the hint f32: it computes in bf16 otherwise where the CPU can."""

    def __init__(self, folder, threads):
        import openvino

        hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1}
        model = openvino.Core().compile_model(
            folder / "model.onnx", "CPU", hints | {"INFERENCE_NUM_THREADS": threads}
        )
        self.request = model.create_infer_request()
        precision = model.get_property("INFERENCE_PRECISION_HINT").to_string()
        self.version, self.precision = openvino.__version__.split("-")[0], precision

    def __call__(self, image):
        return self.request.infer({0: image})[0]


class Ncnn:
    def __init__(self, folder, threads):
        import ncnn

        self.ncnn, self.net = ncnn, ncnn.Net()
        options = self.net.opt
        options.num_threads = threads
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_packed = options.use_bf16_storage = False
        if self.net.load_param(str(folder / "model.ncnn.param")) or self.net.load_model(str(folder / "model.ncnn.bin")):
            raise RuntimeError("ncnn cannot load the model")
        self.version, self.precision = ncnn.__version__, "f32"

    def __call__(self, image):
        extractor = self.net.create_extractor()
        extractor.input("in0", self.ncnn.Mat(image[0]))
        return numpy.array(extractor.extract("out0")[1])[numpy.newaxis]


class Torch:
    """Eager: what most people run, and the reference for everybody's outputs."""

    def __init__(self, folder, threads):
        import safetensors.torch
        import torch
        import torchvision

        torch.set_num_threads(threads)
        # Tensors of the meta device have no memory, and no time goes into their random values.
        with torch.device("meta"):
            model = torchvision.models.get_model(folder.name, weights=None)
        model.load_state_dict(safetensors.torch.load_file(folder / "model.safetensors"), assign=True)
        self.torch, self.model = torch, model.eval()
        self.version, self.precision = torch.__version__, "f32"

    def __call__(self, image):
        with self.torch.inference_mode():
            return self.model(self.torch.from_numpy(image)).numpy()


CLASSES = {"fovea": Fovea, "onnxruntime": OnnxRuntime, "openvino": OpenVino, "ncnn": Ncnn, "torch": Torch}


# Imported before the clock starts that times the making of a session.
MODULES = {"torch": ["torch", "torchvision", "safetensors.torch"]}


def residentMegabytes():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def measure(run, image, seconds):
    """Milliseconds of each run; the first, which finds the caches cold, does not count."""
    run(image)
    times, end = [], time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        begin = time.perf_counter()
        run(image)
        times.append((time.perf_counter() - begin) * 1e3)
    return times


def main():
    sys.path.append(str(ROOT / "tools" / "python"))
    peer, folder, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    image, expected = numpy.load(folder / "input.npy"), numpy.load(folder / "expected.npy")
    before = residentMegabytes()
    for module in MODULES.get(peer, [peer]):
        importlib.import_module(module)
    begin = time.perf_counter()
    run = CLASSES[peer](folder, threads)
    created = (time.perf_counter() - begin) * 1e3
    difference = float(abs(run(image) - expected).max() / abs(expected).max())
    found = {"version": run.version, "precision": run.precision, "createMs": created, "difference": difference}
    print(json.dumps(found), flush=True)
    for line in sys.stdin:
        times = measure(run, image, float(line))
        print(json.dumps({"ms": times, "residentMB": residentMegabytes() - before}), flush=True)


if __name__ == "__main__":
    main()
