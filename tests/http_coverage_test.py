#!/usr/bin/env python3
"""Holds docs/http-coverage.md to the tests: each number has one line; each test a line names is there, by exactly that name, and
names the number in its block or in the comment directly above it.

usage: http_coverage_test.py SOURCE_DIR
"""
import pathlib
import re
import sys

SECTIONS = [(1, 35), (40, 47), (50, 56), (60, 82), (90, 99), (110, 119), (130, 139), (150, 158), (170, 182),  # 1 to 8
            (210, 214), (220, 222), (230, 239), (250, 262), (270, 275)]  # 11 to 15
NUMBERS = [f"H-{number:03}" for first, last in SECTIONS for number in range(first, last + 1)]
# The document says why. A number leaves this list when it gets a test, and comes to it only by a decision.
WITHOUT_TEST = {"H-055", "H-099", "H-139", "H-178", "H-179", "H-180", "H-221", "H-232", "H-239", "H-259", "H-262"}

LINE = re.compile(r"- (H-\d{3}) \| ([^|]*?)(?: \| .+)?")  # the last part is a remark
REASON = re.compile(r"(not built|not a test), because .+")
TEST = re.compile(r"(tests/\S+\.(?:cpp|py)): (.+)")
CASE = re.compile(r'^TEST_CASE\(\s*((?:"(?:\\.|[^"\\])*"\s*)+)([^\n]*\{[^\n]*\}$|.*?^\}$)', re.M | re.S)  # to its last brace
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')
FUNCTION = re.compile(r"^( *)def (test_\w+)\(.*\n(?:\1 +.*\n|\n)*", re.M)


def comment_above(text, at, sign):
    lines = text[:at].splitlines()
    above = []
    while lines and lines[-1].lstrip().startswith(sign):
        above.append(lines.pop())
    return "\n".join(above)


def tests_in(path):
    """The name of each test of a file, and the text in which it may name its numbers."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return {m.group(2): comment_above(text, m.start(), "#") + m.group(0) for m in FUNCTION.finditer(text)}
    return {"".join(LITERAL.findall(m.group(1))).replace('\\"', '"'): comment_above(text, m.start(), "//") + m.group(0)
            for m in CASE.finditer(text)}


def problems_with(root, number, where):
    if (number in WITHOUT_TEST) != bool(REASON.fullmatch(where)):
        yield "has a reason instead of a test" if REASON.fullmatch(where) else "is to have the reason why there is no test"
        return
    if number in WITHOUT_TEST:
        return
    for named in where.split("; tests/"):
        test = TEST.fullmatch("tests/" + named.removeprefix("tests/"))
        if not test:
            yield f"'{named}' is not 'file: name of a test'"
            continue
        file, name = test.groups()
        tests = tests_in(root / file) if (root / file).is_file() else {}
        if name not in tests:
            yield f"{file} has no test '{name}'"
        elif not re.search(number + r"(?!\d)", tests[name]):
            yield f"'{name}' in {file} does not name it"


def problems_of(root):
    document = (root / "docs" / "http-coverage.md").read_text(encoding="utf-8")
    items = [line for line in document.splitlines() if line.startswith("- ")]
    lines = [match.groups() for match in map(LINE.fullmatch, items) if match]
    yield from (f"'{item}' is no line" for item in items if not LINE.fullmatch(item))
    listed = [number for number, _ in lines]
    yield from (f"{number} has {listed.count(number)} lines" for number in NUMBERS if listed.count(number) != 1)
    yield from (f"{number} is no number of the sections" for number in listed if number not in NUMBERS)
    for number, where in lines:
        yield from (f"{number}: {problem}" for problem in problems_with(root, number, where))


def main():
    problems = list(problems_of(pathlib.Path(sys.argv[1])))
    for problem in problems:
        print("docs/http-coverage.md:", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
