# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""binding_test.py FOVEA.H FOLDER: the Python binding on fake_network.c, which was built there in several ways."""

import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest

import fovea
import numpy
from fovea import Status

FOLDER = pathlib.Path(sys.argv.pop())
HEADER = pathlib.Path(sys.argv.pop()).read_text()
FAKE, EMBEDDED = FOLDER / "fake.so", FOLDER / "embedded.so"


def inputs(batch):
    x = numpy.arange(3 * batch, dtype=numpy.float32).reshape(batch, 3)
    return x, numpy.arange(batch, dtype=numpy.int32) * 100


class BindingTest(unittest.TestCase):
    def fails(self, code, message, call, *arguments, **named):
        with self.assertRaises(fovea.Error) as context:
            call(*arguments, **named)
        self.assertEqual(context.exception.code, code)
        self.assertIn(message, str(context.exception))
        self.assertEqual(context.exception.message, str(context.exception))

    def enumeration(self, name):
        body = re.search(rf"enum {name} {{(.*?)}};", HEADER, re.DOTALL).group(1)
        return {key: int(value) for key, value in re.findall(r"FOVEA_(\w+) = (\d+)", body)}

    def testKnowsTheHeader(self):
        self.assertEqual(dict(Status.__members__), self.enumeration("fovea_status"))
        kinds = {"F": "float", "BF": "uint", "I": "int", "U": "uint", "BOOL": "bool"}
        elements = self.enumeration("fovea_element").items()
        names = {value: kinds[key.rstrip("0123456789")] + key.lstrip("BFIUOL") for key, value in elements}
        self.assertEqual(names, dict(enumerate(map(str, fovea.api.ELEMENTS))))
        version = re.search(r"#define FOVEA_API_VERSION (\d+)", HEADER).group(1)
        self.assertEqual(int(version), fovea.api.API_VERSION)

    def testDescribesNetwork(self):
        with fovea.Network(EMBEDDED, batch=4, threads=3) as net:
            self.assertEqual((net.name, net.batch, net.batches, net.threads), ("fake", 4, [1, 4], 3))
            self.assertEqual(net.target, "nothing")
            f32, i32, f64 = (numpy.dtype(t) for t in ("float32", "int32", "float64"))
            self.assertEqual(net.inputs, [("x", (4, 3), f32, 256), ("bias", (4,), i32, 4)])
            self.assertEqual(net.outputs, [("sum", (4,), f64, 8), ("twice", (4, 3), f32, 256)])

    def testRuns(self):
        for batch in (1, 4):
            with fovea.Network(EMBEDDED, batch=batch) as net:
                x, bias = inputs(batch)
                for outputs in (net(x, bias), net.run({"bias": bias, "x": x})):
                    self.assertEqual(list(outputs), ["sum", "twice"])
                    numpy.testing.assert_array_equal(outputs["sum"], x.sum(axis=1) + bias)
                    numpy.testing.assert_array_equal(outputs["twice"], 2 * x)

    def testCopiesWhatLiesOtherwise(self):
        with fovea.Network(EMBEDDED, batch=4) as net:
            x, bias = inputs(4)
            room = numpy.zeros(1024, numpy.uint8)
            start = -room.ctypes.data % 256 + 4
            unaligned = room[start : start + x.nbytes].view(numpy.float32).reshape(x.shape)
            unaligned[...] = x
            readOnly = x.copy()
            readOnly.flags.writeable = False
            for same in (numpy.asfortranarray(x), numpy.repeat(x, 2, axis=0)[::2], unaligned, readOnly):
                numpy.testing.assert_array_equal(net(same, numpy.repeat(bias, 2)[::2])["twice"], 2 * x)

    def testResultsAreOnesOwn(self):
        with fovea.Network(EMBEDDED) as net:
            x, bias = inputs(1)
            first = net(x, bias)["twice"]
            net(x + 1, bias)
        numpy.testing.assert_array_equal(first, 2 * x)

    def testRefusesOtherTensors(self):
        with fovea.Network(EMBEDDED, batch=4) as net:
            x, bias = inputs(4)
            self.fails(Status.INVALID, "x: expected float32 of shape (4, 3), got float64", net, x.astype(float), bias)
            self.fails(Status.INVALID, "got float32 of shape (3, 4)", net, x.T, bias)
            self.fails(Status.INVALID, "got float32 of shape (1, 3)", net, x[:1], bias)
            self.fails(Status.INVALID, "got >f4 of shape (4, 3)", net, x.astype(">f4"), bias)
            self.fails(Status.INVALID, "bias: expected a numpy array, got list", net, x, [1, 2, 3, 4])
            self.fails(Status.INVALID, "1 inputs, expected 2: x, bias", net, x)
            self.fails(Status.INVALID, "inputs x, expected x, bias", net.run, {"x": x})
            self.fails(Status.INVALID, "inputs x, bias, z, expected", net.run, {"x": x, "bias": bias, "z": x})

    def testKernelThatFails(self):
        with fovea.Network(EMBEDDED) as net:
            x, bias = inputs(1)
            self.fails(-7, "a kernel failed", net, x, bias + 666)
            numpy.testing.assert_array_equal(net(x, bias)["twice"], 2 * x)

    def testWeights(self):
        self.fails(Status.NO_WEIGHTS, "no weights", fovea.Network, FAKE)
        self.fails(Status.NO_WEIGHTS, "other.weights: cannot be read", fovea.Network, FAKE, "other.weights")
        fovea.Network(FAKE, "fake.weights").close()
        beside = FOLDER / "beside"
        beside.mkdir()
        shutil.copy(FAKE, beside)
        (beside / "fake.weights").touch()
        fovea.Network(beside / "fake.so").close()
        self.fails(Status.NO_WEIGHTS, "other.weights", fovea.Network, beside / "fake.so", weights="other.weights")

    def testOtherBatch(self):
        self.fails(Status.NO_BATCH, "no such batch", fovea.Network, EMBEDDED, batch=2)

    def testOtherFiles(self):
        self.fails(Status.INVALID, "cannot load the library", fovea.Network, FOLDER / "missing.so")
        self.fails(Status.INVALID, "cannot load the library", fovea.Network, __file__)
        self.fails(Status.INVALID, "no-network.so is no network", fovea.Network, FOLDER / "no-network.so")
        self.fails(Status.INVALID, "older version", fovea.Network, FOLDER / "old.so")

    def testClosed(self):
        net = fovea.Network(EMBEDDED)
        net.close()
        net.close()
        self.fails(Status.INVALID, "the network is closed", net, *inputs(1))
        self.fails(Status.INVALID, "the network is closed", lambda: net.threads)

    def testEveryInstanceIsDestroyedOnce(self):
        program = (
            "import fovea, sys\n"
            "with fovea.Network(sys.argv[1]) as net: net.close()\n"
            "net = fovea.Network(sys.argv[1]); del net\n"
            "net = fovea.Network(sys.argv[1])\n"
        )
        command = ["env", "FAKE_SAYS_DESTROYED=1", sys.executable, "-c", program, str(EMBEDDED)]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
        self.assertEqual(output.split(), ["destroyed"] * 3)

    def testThreadsShareAnInstance(self):
        x, bias = inputs(4)
        right = []

        def work(net, offset):
            for i in range(200):
                sums = net(x + offset, bias + i)["sum"]
                right.append((sums == (x + offset).sum(axis=1) + bias + i).all())

        with fovea.Network(EMBEDDED, batch=4) as net:
            threads = [threading.Thread(target=work, args=(net, offset)) for offset in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual((len(right), all(right)), (800, True))


if __name__ == "__main__":
    unittest.main()
