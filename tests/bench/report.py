"""Results, and the table of them. Each is a ratio to an anchor of the same run, with the bar it is to reach."""


class Result:
    def __init__(self, what, of, ratio, least=None, most=None, possible=None, seen=""):
        self.what = what          # "304"
        self.of = of              # what the ratio is: "CPU time, nginx ÷ sosik"
        self.ratio = ratio        # None: not measured, and `seen` says why
        self.least, self.most = least, most  # the bar: one of the two, or none
        self.possible = possible  # the same ratio for the hand-written epoll server
        self.seen = seen          # absolute numbers, of this machine and day

    @property
    def bar(self):
        return self.least if self.most is None else self.most

    @property
    def is_reached(self):
        """None when there is no bar or no ratio."""
        if self.ratio is None or self.bar is None:
            return None
        return self.ratio >= self.least if self.most is None else self.ratio <= self.most

    def cells(self):
        bar = "" if self.bar is None else f"{'≥' if self.most is None else '≤'} {self.bar:g}"
        ratio = "not measured" if self.ratio is None else f"{self.ratio:.2f}"
        possible = "" if self.possible is None else f"{self.possible:.2f}"
        reached = {None: "", True: "yes", False: "**no**"}[self.is_reached]
        return [self.what, self.of, ratio, bar, reached, possible, self.seen]


def table(sections, circumstances):
    """Markdown. `sections` is [(title, [Result])]."""
    lines = ["# scripts/bench", "", circumstances, ""]
    for title, results in sections:
        lines += [f"## {title}", "", "| what | ratio of | ratio | bar | reached | hand-written epoll | seen |",
                  "|---|---|---|---|---|---|---|"]
        lines += ["| " + " | ".join(result.cells()) + " |" for result in results]
        lines.append("")
    results = [result for _, found in sections for result in found]
    judged = [result for result in results if result.is_reached is not None]
    lines.append(f"{sum(r.is_reached for r in judged)} of {len(judged)} bars reached, "
                 f"{sum(r.ratio is None for r in results)} results not measured.")
    return "\n".join(lines) + "\n"
