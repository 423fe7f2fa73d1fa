# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""resume.py TEMPS DIRECT OPTIONS…: compiles every dump in TEMPS and compares the artefact with that in DIRECT."""

import pathlib
import subprocess
import sys
import tempfile

temps, direct, options = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
for dump in sorted(temps.glob("[0-9]*.mlir")) + sorted(temps.glob("[0-9]*-plan.json")):
    arguments = options
    if dump.suffix == ".json":
        arguments = [f"--weights={next(temps.glob('*.weights'))}"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["fovea", "compile", dump, *arguments, "-o", folder + "/"], check=True, stdout=subprocess.DEVNULL)
        made = sorted(pathlib.Path(folder).iterdir())
        wanted = sorted(direct.iterdir())
        same = [a.name for a in made] == [b.name for b in wanted]
        same = same and all(a.read_bytes() == b.read_bytes() for a, b in zip(made, wanted))
    print(f"{dump.name}: {'the same artefact' if same else 'the artefacts differ'}")
