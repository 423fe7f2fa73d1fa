#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Adds up what ctest, GoogleTest and lit left in a folder, as one line: N passed, N failed, N skipped.

    tools/dev/count_tests.py FOLDER FAILED_STEPS

FOLDER holds ctest.xml, a NAME.json of each GoogleTest program, and lit.json; where it does not exist no test was to
run. FAILED_STEPS is the number of failures that are no test's. Ends with 1 if anything failed or nothing passed.
"""

import collections
import json
import pathlib
import sys
import xml.etree.ElementTree

LIT_CODES = {"PASS": "passed", "FLAKYPASS": "passed", "XFAIL": "passed", "UNSUPPORTED": "skipped"}


def codesOfProgram(results):
    """What became of each test of one GoogleTest program."""
    for suite in json.loads(results.read_text())["testsuites"]:
        for test in suite["testsuite"]:
            if "failures" in test:
                yield "failed"
            else:
                yield "skipped" if test["result"] in ("SKIPPED", "SUPPRESSED") else "passed"


def codesOfGoogleTests(folder):
    """One ctest test is one program. A program that fails without a failed test (it died) is a failed test; one that
    passes without a report, being none of GoogleTest's, is a test."""
    for program in xml.etree.ElementTree.parse(folder / "ctest.xml").getroot().iter("testcase"):
        results = folder / f"{program.get('name')}.json"
        codes = list(codesOfProgram(results)) if results.exists() else []
        yield from codes
        if program.get("status") != "run" and "failed" not in codes:
            yield "failed"
        elif not codes:
            yield "passed"


def codesOfLit(folder):
    for test in json.loads((folder / "lit.json").read_text())["tests"]:
        yield LIT_CODES.get(test["code"], "failed")


def main():
    folder = pathlib.Path(sys.argv[1])
    counts = collections.Counter(failed=int(sys.argv[2]))
    for codes in (codesOfGoogleTests, codesOfLit) if folder.exists() else ():
        try:
            counts.update(codes(folder))
        except (OSError, ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
            print(f"count_tests: no report to read: {error}")
            counts["failed"] += 1
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
