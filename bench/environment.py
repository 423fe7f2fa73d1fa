# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where the benchmarks live: folders, tools, and the Python environment that holds the peers."""

import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[1]
BENCH = ROOT / "build" / "bench"
FOVEA = ROOT / "build" / "release" / "bin" / "fovea"
REQUIREMENTS = ROOT / "bench" / "requirements.txt"
ENVIRONMENT = BENCH / "venv"


def enter():
    """Goes on in the environment of requirements.txt, which is made where it is missing or another one (6 GB)."""
    installed = ENVIRONMENT / "installed.txt"
    wanted = REQUIREMENTS.read_text()
    if not installed.exists() or installed.read_text() != wanted:
        print(f"installing {REQUIREMENTS.relative_to(ROOT)} into {ENVIRONMENT.relative_to(ROOT)}", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
        pip = [ENVIRONMENT / "bin" / "pip", "install", "--quiet", "--no-cache-dir", "-r", REQUIREMENTS]
        subprocess.run(pip, check=True)
        installed.write_text(wanted)
    if pathlib.Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        python = str(ENVIRONMENT / "bin" / "python")
        os.execv(python, [python, *sys.argv])
