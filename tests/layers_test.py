#!/usr/bin/env python3
"""Holds the include rules: which layer may include which, and which layer is home to which library.

usage: layers_test.py SOURCE_DIR
"""
import pathlib
import re
import sys

LEFT = ["base", "model", "ingest", "store", "syndicate", "render", "snapshot"]
MAY_INCLUDE = {
    "base": {"base"},
    "model": {"base", "model"},
    "ingest": {"base", "model", "ingest"},
    "store": {"base", "model", "store"},
    "syndicate": {"base", "model", "ingest", "store", "syndicate"},
    "render": {"base", "model", "render"},
    "snapshot": set(LEFT),
    "net": {"base", "net"},
    "server": set(LEFT) | {"net", "server"},
    "publish": {"base", "model", "store", "syndicate", "net", "publish"},
    "admin": {"base", "model", "ingest", "store", "syndicate", "net", "admin"},
    "app": set(LEFT) | {"net", "server", "publish", "admin", "app"},
}
ASIO = {"net", "server", "publish", "admin"}
HOME = [  # the first pattern that matches decides
    (r"unicode/", {"base"}),
    (r"date/", {"base"}),
    (r"xxh", {"base"}),
    (r"openssl/", {"base", "net"}),
    (r"cmark-gfm|gumbo|yaml-cpp/", {"ingest"}),
    (r"sqlite3|libpq", {"store"}),
    (r"expat", {"render"}),
    (r"zlib|libdeflate|brotli|zstd", {"snapshot"}),
    (r"toml\+\+/|CLI/|spdlog/", {"app"}),
    (r"boost/system/", set(MAY_INCLUDE)),
    (r"boost/", ASIO),
    (r"pugixml|nlohmann/", set(MAY_INCLUDE) - {"base"}),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def layer_of(path, root):
    parts = path.relative_to(root).parts
    return parts[1] if parts[0] == "src" else parts[2]


def main():
    root = pathlib.Path(sys.argv[1])
    files = [p for folder in ("src", "include/sosik") for p in (root / folder).rglob("*.[ch]pp")]
    wrong = []
    for path in sorted(files):
        layer = layer_of(path, root)
        for kind, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            where = f"{path.relative_to(root)}: {layer} includes {name}"
            if name.startswith("sosik/"):
                other = name.split("/")[1]
                if other not in MAY_INCLUDE[layer]:
                    wrong.append(f"{where}, but may include only {', '.join(sorted(MAY_INCLUDE[layer]))}")
                continue
            if kind == '"':
                beside = [path.parent / name, root / "src" / layer / name]
                if not any(p.exists() for p in beside):
                    wrong.append(f"{where}, which is not beside it")
                continue
            for pattern, homes in HOME:
                if re.match(pattern, name):
                    if layer not in homes:
                        wrong.append(f"{where}, whose home is {', '.join(sorted(homes))}")
                    break
    if len(files) < 40:
        wrong.append(f"only {len(files)} files found below {root}: is this the source folder?")
    print("\n".join(wrong) or f"{len(files)} files hold the include rules")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
