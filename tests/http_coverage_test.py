#!/usr/bin/env python3
"""Holds docs/http-coverage.md to the tests: every number has a line, and the test it names is there and names the number.

usage: http_coverage_test.py SOURCE_DIR
"""
import pathlib
import re
import sys

LINE = re.compile(r"- (H-\d{3}) \| (.*)")
TEST = re.compile(r"(tests/\S+): ([^|]*?)(?: \| .*)?$")


def numbers(document):
    listed = re.search(r"^Numbers: (.*)$", document, re.M).group(1)
    for first, last in re.findall(r"H-(\d{3})\.\.(\d{3})", listed):
        yield from (f"H-{n:03}" for n in range(int(first), int(last) + 1))


def text_of(path):
    # A name that is written on several lines is one name.
    return re.sub(r'"\s*"', "", path.read_text(encoding="utf-8"))


def problem_with(root, number, where):
    if where.startswith(("not built, because ", "not a test, because ")):
        return None
    test = TEST.match(where)
    if not test:
        return "names no test and no reason"
    path = root / test.group(1)
    if not path.is_file():
        return f"{test.group(1)} is no file"
    text = text_of(path)
    if number not in text and not in_range(number, text):
        return f"{test.group(1)} does not name it"
    if test.group(2) not in text.replace('\\"', '"'):
        return f"{test.group(1)} has no test '{test.group(2)}'"
    return None


def in_range(number, text):
    return any(first <= number <= last for first, last in re.findall(r"(H-\d{3})\.\.(H-\d{3})", text))


def main():
    root = pathlib.Path(sys.argv[1])
    document = (root / "docs" / "http-coverage.md").read_text(encoding="utf-8")
    lines = [match.groups() for match in map(LINE.match, document.splitlines()) if match]
    problems = [f"{number} has {count} lines" for number in numbers(document)
                if (count := [n for n, _ in lines].count(number)) != 1]
    for number, where in lines:
        if reason := problem_with(root, number, where):
            problems.append(f"{number}: {reason}")
    for problem in problems:
        print("docs/http-coverage.md:", problem)
    return 1 if problems or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
