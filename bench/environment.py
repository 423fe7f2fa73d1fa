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


def enter(requirements=REQUIREMENTS, folder=ENVIRONMENT):
    """Goes on in an environment of these requirements (peers: 6 GB), made where it is missing or another one."""
    installed = folder / "installed.txt"
    wanted = requirements.read_text()
    if not installed.exists() or installed.read_text() != wanted:
        print(f"installing {requirements.relative_to(ROOT)} into {folder.relative_to(ROOT)}", flush=True)
        venv.create(folder, with_pip=True)
        pip = [folder / "bin" / "pip", "install", "--quiet", "--no-cache-dir", "-r", requirements]
        subprocess.run(pip, check=True)
        installed.write_text(wanted)
    if pathlib.Path(sys.prefix).resolve() != folder.resolve():
        python = str(folder / "bin" / "python")
        os.execv(python, [python, *sys.argv])
