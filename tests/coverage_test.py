#!/usr/bin/env python3
"""Holds docs/*-coverage.md to the tests: each number has one line; each test a line names is there, by exactly that name, and
names the number in its block or in the comment directly above it.

usage: coverage_test.py SOURCE_DIR
"""
import pathlib
import re
import sys


class Document:
    """One page: the letter of its numbers, which of them there are, and which have a reason instead of a test. The page says why;
    a number leaves that list when it gets a test, and comes to it only by a decision."""

    def __init__(self, name, letter, sections, without_test):
        self.name = name
        self.letter = letter
        self.numbers = [f"{letter}-{number:03}" for first, last in sections for number in range(first, last + 1)]
        self.without_test = {f"{letter}-{number:03}" for number in without_test}


DOCUMENTS = [
    Document("http-coverage.md", "H",
             [(1, 35), (40, 47), (50, 56), (60, 82), (90, 99), (110, 119), (130, 139), (150, 158), (170, 182),  # 1 to 8
              (200, 207), (210, 214), (220, 222), (230, 239), (250, 262), (270, 275)],  # 10 to 15
             {55, 99, 139, 178, 179, 180, 201, 204, 221, 232, 239, 259, 262}),
    Document("korean-coverage.md", "K", [(1, 11), (20, 23), (30, 36), (40, 51), (60, 67), (70, 78), (80, 88), (90, 92)],
             {11, 78, 81, 87, 88}),
    Document("formats-coverage.md", "F",
             [(1, 14), (20, 32), (40, 69), (80, 103), (110, 123), (130, 140), (150, 159), (200, 201), (210, 214)],
             {27, 57, 101, 135, 136, 139}),
]

LINE = re.compile(r"- ([A-Z]-\d{3}) \| ([^|]*?)(?: \| .+)?")  # the last part is a remark
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


def problems_with(root, document, number, where):
    if (number in document.without_test) != bool(REASON.fullmatch(where)):
        yield "has a reason instead of a test" if REASON.fullmatch(where) else "is to have the reason why there is no test"
        return
    if number in document.without_test:
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


def problems_of(root, document):
    page = (root / "docs" / document.name).read_text(encoding="utf-8")
    items = [line for line in page.splitlines() if line.startswith("- ")]
    lines = [match.groups() for match in map(LINE.fullmatch, items) if match]
    yield from (f"'{item}' is no line" for item in items if not LINE.fullmatch(item))
    listed = [number for number, _ in lines]
    yield from (f"{number} has {listed.count(number)} lines" for number in document.numbers if listed.count(number) != 1)
    yield from (f"{number} is no number of the sections" for number in listed if number not in document.numbers)
    for number, where in lines:
        yield from (f"{number}: {problem}" for problem in problems_with(root, document, number, where))


def main():
    root = pathlib.Path(sys.argv[1])
    pages = {page.name for page in (root / "docs").glob("*-coverage.md")}
    problems = [f"docs/{page}: nothing holds it to the tests" for page in sorted(pages - {d.name for d in DOCUMENTS})]
    for document in DOCUMENTS:
        if document.name in pages:
            problems += [f"docs/{document.name}: {problem}" for problem in problems_of(root, document)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
