# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An instance of a compiled network."""

import ctypes
import os
import threading
from typing import NamedTuple

import numpy

from . import api
from .api import Status


class Error(Exception):
    """Loading or running a network failed: `code` is a Status, or a kernel's own negative number."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = Status(code) if code in list(Status) else code
        self.message = message


class Port(NamedTuple):
    """An input or output: a dense array, whose address is a multiple of `alignment`."""

    name: str
    shape: tuple
    dtype: numpy.dtype
    alignment: int


def _port(struct):
    shape = tuple(struct.shape[i] for i in range(struct.rank))
    return Port(struct.name.decode(), shape, api.ELEMENTS[struct.element], struct.alignment)


def _address(array):
    return array.__array_interface__["data"][0]


def _empty(port):
    """An array for a port; numpy itself promises no alignment beyond that of its elements."""
    array = numpy.empty(port.shape, port.dtype)
    if _address(array) % port.alignment == 0:
        return array
    buffer = numpy.empty(array.nbytes + port.alignment, numpy.uint8)
    start = -_address(buffer) % port.alignment
    return buffer[start : start + array.nbytes].view(port.dtype).reshape(port.shape)


def _checked(port, array):
    """The array itself where the network can read it as it lies, otherwise a copy that it can read."""
    if not isinstance(array, numpy.ndarray):
        raise Error(Status.INVALID, f"{port.name}: expected a numpy array, got {type(array).__name__}")
    if array.dtype != port.dtype or array.shape != port.shape:
        raise Error(
            Status.INVALID,
            f"{port.name}: expected {port.dtype} of shape {port.shape}, got {array.dtype} of shape {array.shape}",
        )
    if array.flags.c_contiguous and _address(array) % port.alignment == 0:
        return array
    copy = _empty(port)
    copy[...] = array
    return copy


def _pointers(arrays):
    return (ctypes.c_void_p * len(arrays))(*map(_address, arrays))


class Network:
    """An instance: memory and threads of its own. Calls from several threads wait for each other; networks that
    shall run at the same time are several instances.

    `library` is the file NAME.so. `weights` is the file of packed weights; without it they are those embedded in the
    library, or else the file NAME.weights beside it. `batch` is one of the batch sizes compiled (0: the first),
    `threads` the number of threads of a run (0: one per CPU).
    """

    _instance = None

    def __init__(self, library, weights=None, *, batch=0, threads=0):
        path = os.path.abspath(os.fspath(library))
        try:
            self._library = api.load(path)
        except OSError as error:
            raise Error(Status.INVALID, f"cannot load the library: {error}") from None
        except AttributeError:
            raise Error(Status.INVALID, f"{path} is no network: fovea compile --shared writes one") from None
        if self._library.fovea_api_version() < api.API_VERSION:
            raise Error(Status.INVALID, f"{path} was compiled by an older version of Fovea")
        self._lock = threading.Lock()
        self._network = self._library.fovea_shared_network()
        beside = os.path.splitext(path)[0] + ".weights"
        try:
            self._instance = self._create(weights, batch, threads)
        except Error as error:
            if weights is not None or error.code != Status.NO_WEIGHTS or not os.path.exists(beside):
                raise
            self._instance = self._create(beside, batch, threads)
        self.batch = self._library.fovea_batch_of(self._instance)
        self.inputs = self._ports(self._library.fovea_input_count, self._library.fovea_input)
        self.outputs = self._ports(self._library.fovea_output_count, self._library.fovea_output)

    def _create(self, weights, batch, threads):
        message = ctypes.create_string_buffer(512)
        options = api.OptionsStruct(
            size=ctypes.sizeof(api.OptionsStruct),
            threads=threads,
            batch=batch,
            weightsPath=None if weights is None else os.fsencode(weights),
            message=ctypes.cast(message, ctypes.c_char_p),
            messageBytes=ctypes.sizeof(message),
        )
        instance = ctypes.c_void_p()
        status = self._library.fovea_create(self._network, options, instance)
        if status:
            raise Error(status, message.value.decode(errors="replace") or self._text(status))
        return instance

    def _ports(self, count, port):
        return [_port(port(self._network, self.batch, i).contents) for i in range(count(self._network))]

    def _text(self, status):
        return self._library.fovea_error(status).decode()

    @property
    def name(self):
        return self._library.fovea_name(self._network).decode()

    @property
    def batches(self):
        """The batch sizes that the network was compiled for."""
        count = self._library.fovea_batch_count(self._network)
        return [self._library.fovea_batch_size(self._network, i) for i in range(count)]

    @property
    def threads(self):
        return self._library.fovea_threads_of(self._open())

    @property
    def target(self):
        """The machine that the variant was compiled for, such as "x86-64-v3"."""
        return self._library.fovea_target_of(self._open()).decode()

    def __call__(self, *inputs):
        """Runs the network on its inputs in order. An array, or a dict by name where it has several outputs."""
        if len(inputs) != len(self.inputs):
            raise Error(Status.INVALID, f"{len(inputs)} inputs, expected {len(self.inputs)}: {self._names()}")
        outputs = self._run(inputs)
        return outputs[0] if len(outputs) == 1 else dict(zip((port.name for port in self.outputs), outputs))

    def run(self, inputs):
        """The same with a dict of inputs by name, and always a dict of outputs."""
        if set(inputs) != {port.name for port in self.inputs}:
            raise Error(Status.INVALID, f"inputs {', '.join(map(str, inputs))}, expected {self._names()}")
        outputs = self._run([inputs[port.name] for port in self.inputs])
        return dict(zip((port.name for port in self.outputs), outputs))

    def _names(self):
        return ", ".join(port.name for port in self.inputs)

    def _run(self, inputs):
        # Both lists keep the arrays alive while the network reads and writes them; ctypes lets other threads of Python
        # run meanwhile.
        inputs = [_checked(port, array) for port, array in zip(self.inputs, inputs)]
        outputs = [_empty(port) for port in self.outputs]
        with self._lock:
            status = self._library.fovea_run(self._open(), _pointers(inputs), _pointers(outputs))
        if status:
            raise Error(status, self._text(status))
        return outputs

    def _open(self):
        if self._instance is None:
            raise Error(Status.INVALID, "the network is closed")
        return self._instance

    def close(self):
        """Ends the threads and gives back the memory; a second time it does nothing."""
        if self._instance is not None:
            with self._lock:
                instance, self._instance = self._instance, None
                self._library.fovea_destroy(instance)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __del__(self):
        self.close()
