# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How lit runs Fovea's textual tests: .mlir, .cnn and .test.

A test calls fovea, fovea-opt, FileCheck, not, count and split-file by name: the tools of the build and of LLVM come
first in PATH. It may use %s (itself), %S (its folder), %t (a scratch path of its own), %fovea_src, %fovea_build,
%python, %cc and %chroot. What a test reads, but lit must not run, stands in a folder called Inputs.

    /usr/lib/llvm-22/bin/lit -v test/Cnn                    one folder, tools of build/release
    /usr/lib/llvm-22/bin/lit -v -Dbuild=build/asan test     everything, tools of another build
"""

import atexit
import os
import shutil
import subprocess
import tempfile

import lit.formats


# Fails where there is no OpenCL library or no platform.
OPENCL_DEVICE = """
import ctypes
count = ctypes.c_uint()
assert ctypes.CDLL("libOpenCL.so.1").clGetPlatformIDs(0, None, ctypes.byref(count)) == 0 and count.value
"""


# Of x86-64-v4, as Linux calls them.
AVX512_FLAGS = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


def cpuFlags():
    try:
        with open("/proc/cpuinfo") as file:
            return set(next((line for line in file if line.startswith("flags")), "").split())
    except OSError:
        return set()


def works(*command):
    if not shutil.which(command[0]):
        return False
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def hasNumpy(python):
    return works(python, "-c", "import numpy")


def setUp(config):
    config.name = "Fovea"
    # lit's own shell: no bash needed, and a failing command in the middle of a pipe is seen.
    config.test_format = lit.formats.ShTest(execute_external=False)
    config.suffixes = [".mlir", ".cnn", ".test"]
    config.excludes = ["Inputs"]
    config.test_source_root = os.path.join(config.fovea_src, "test")
    config.test_exec_root = os.path.join(config.fovea_build, "test")

    # The cache of compiled kernels lives as long as this run: a stale entry must not hide a wrong compiler.
    cache = tempfile.mkdtemp(prefix="fovea-lit-cache-")
    atexit.register(shutil.rmtree, cache, ignore_errors=True)
    tools = [config.fovea_tools, config.llvm_tools, os.environ["PATH"]]
    numpyPython = next(filter(hasNumpy, (config.python, "/usr/bin/python3")), None)
    if numpyPython: # What tests and documents call python3.
        config.available_features.add("numpy")
        tools.insert(2, os.path.dirname(numpyPython))
    config.environment.update(
        PATH=os.pathsep.join(tools), XDG_CACHE_HOME=cache, LC_ALL="C.UTF-8"
    )
    config.substitutions += [
        ("%fovea_src", config.fovea_src),
        ("%fovea_build", config.fovea_build),
        ("%python", config.python),
        ("%cc", config.c_compiler),
    ]
    # A container may forbid one or the other.
    for chroot in (["unshare", "--user", "--map-root-user", "chroot"], ["chroot"]):
        if works(*chroot, "/", "true"):
            config.available_features.add("chroot")
            config.substitutions.append(("%chroot", " ".join(chroot)))
            break
    if works("aarch64-linux-gnu-gcc", "--version") and works("qemu-aarch64", "--version"):
        config.available_features.add("aarch64")
    if works("qemu-x86_64", "--version"):
        config.available_features.add("qemu-x86_64")
    if AVX512_FLAGS <= cpuFlags():
        config.available_features.add("avx512")
    if works(config.python, "-c", OPENCL_DEVICE):
        config.available_features.add("opencl")
    if works("ptxas", "--version"):
        config.available_features.add("ptxas")
    if shutil.which("vim"):
        config.available_features.add("vim")
    if config.sanitize:
        config.available_features.add("sanitize")
        # Halide's own stack, left by an exception, keeps the sanitizer's marks.
        config.environment["HL_COMPILER_STACK_SIZE"] = "0"
    if config.faults:
        config.available_features.add("faults")


if hasattr(config, "fovea_src"):
    setUp(config)
else:
    # lit was started in the source tree: the build's own configuration comes back here with the paths set.
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    build = os.path.join(root, lit_config.params.get("build", "build/release"))
    site = os.path.join(build, "test", "lit.site.cfg.py")
    if not os.path.exists(site):
        lit_config.fatal("no build in %s: run `cmake --preset release`, or give -Dbuild=FOLDER" % build)
    lit_config.load_config(config, site)
