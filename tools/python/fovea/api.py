# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""fovea.h as ctypes sees it."""

import ctypes
import enum

import numpy

API_VERSION = 1


class Status(enum.IntEnum):
    """What create and run return: fovea_status."""

    OK = 0
    INVALID = 1
    NO_MEMORY = 2
    NO_WEIGHTS = 3
    NOT_WEIGHTS = 4
    TRUNCATED = 5
    OTHER_PLAN = 6
    CORRUPT = 7
    BAD_THREADS = 8
    NO_THREADS = 9
    SCRATCH = 10
    BUSY = 11
    UNALIGNED = 12
    NO_BATCH = 13
    NO_CPU = 14


# The numpy type of each fovea_element; numpy has no bf16, whose bits are handed on.
ELEMENTS = tuple(
    numpy.dtype(name)
    for name in "float32 float16 uint16 float64 int8 uint8 int16 uint16 int32 int64 bool".split()
)


class PortStruct(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("element", ctypes.c_int),
        ("rank", ctypes.c_int),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("alignment", ctypes.c_size_t),
        ("bytes", ctypes.c_size_t),
    ]


class OptionsStruct(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("threads", ctypes.c_int),
        ("batch", ctypes.c_int),
        ("weightsPath", ctypes.c_char_p),
        ("weights", ctypes.c_void_p),
        ("weightsBytes", ctypes.c_size_t),
        ("message", ctypes.c_char_p),
        ("messageBytes", ctypes.c_size_t),
        ("allocator", ctypes.c_void_p),
        ("pool", ctypes.c_void_p),
    ]


POINTERS = ctypes.POINTER(ctypes.c_void_p)
# Results and parameters of the functions that are called.
FUNCTIONS = {
    "fovea_api_version": (ctypes.c_int,),
    "fovea_shared_network": (ctypes.c_void_p,),
    "fovea_create": (ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(OptionsStruct), POINTERS),
    "fovea_run": (ctypes.c_int, ctypes.c_void_p, POINTERS, POINTERS),
    "fovea_destroy": (None, ctypes.c_void_p),
    "fovea_error": (ctypes.c_char_p, ctypes.c_int),
    "fovea_name": (ctypes.c_char_p, ctypes.c_void_p),
    "fovea_batch_count": (ctypes.c_int, ctypes.c_void_p),
    "fovea_batch_size": (ctypes.c_int, ctypes.c_void_p, ctypes.c_int),
    "fovea_input_count": (ctypes.c_int, ctypes.c_void_p),
    "fovea_output_count": (ctypes.c_int, ctypes.c_void_p),
    "fovea_input": (ctypes.POINTER(PortStruct), ctypes.c_void_p, ctypes.c_int, ctypes.c_int),
    "fovea_output": (ctypes.POINTER(PortStruct), ctypes.c_void_p, ctypes.c_int, ctypes.c_int),
    "fovea_batch_of": (ctypes.c_int, ctypes.c_void_p),
    "fovea_threads_of": (ctypes.c_int, ctypes.c_void_p),
    "fovea_target_of": (ctypes.c_char_p, ctypes.c_void_p),
}


def load(path):
    """The library, its functions with their types. OSError and AttributeError where it is no network's."""
    library = ctypes.CDLL(path)
    for name, (result, *parameters) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, parameters
    return library
