"""The results as bars, one a line: green where the bar is reached, red where not, grey where there is none."""
from html import escape

LEFT, SCALE, LONGEST, LINE = 500, 130, 4.0, 26
COLOURS = {True: "#2a9d63", False: "#c8452f", None: "#9aa5b1"}


def length(ratio):
    return min(ratio, LONGEST) * SCALE


def line(result, y):
    name = escape(f"{result.what}: {result.of}")
    parts = [f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end">{name}</text>']
    if result.ratio is None:
        return parts + [f'<text x="{LEFT + 4}" y="{y + 15}" fill="#777">not measured</text>']
    wide = length(result.ratio)
    parts.append(f'<rect x="{LEFT}" y="{y + 3}" width="{wide:.0f}" height="16" fill="{COLOURS[result.is_reached]}"/>')
    said, ends = f"{result.ratio:.2f}", wide
    if result.bar is not None:
        x = LEFT + length(result.bar)
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{y}" y2="{y + 22}" stroke="#000" stroke-width="2"/>')
        said += f" ({'at least' if result.most is None else 'at most'} {result.bar:g})"
        ends = max(ends, length(result.bar))
    if result.possible is not None:
        x = LEFT + length(result.possible)
        parts.append(f'<path d="M {x - 5:.0f} {y + 11} l 5 -6 l 5 6 l -5 6 z" fill="#fff" stroke="#000"/>')
        ends = max(ends, length(result.possible) + 5)
    if result.ratio > LONGEST:
        said = "→ " + said
    return parts + [f'<text x="{LEFT + ends + 8:.0f}" y="{y + 15}">{said}</text>']


def svg(sections):
    shapes, y = [], 44
    for title, results in sections:
        shapes.append(f'<text x="12" y="{y + 16}" font-weight="bold">{escape(title)}</text>')
        y += LINE
        for result in results:
            shapes += line(result, y)
            y += LINE
        y += LINE // 3
    at_one = LEFT + SCALE
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + int(LONGEST * SCALE) + 190}" height="{y + 12}" '
        'font-family="DejaVu Sans, sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<text x="12" y="24">Ratios of one run. Black line: the bar. Diamond: hand-written epoll. Dotted: 1.</text>',
        f'<line x1="{at_one}" x2="{at_one}" y1="36" y2="{y}" stroke="#888" stroke-dasharray="2 3"/>',
        *shapes, "</svg>"]) + "\n"
