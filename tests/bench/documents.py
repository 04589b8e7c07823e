"""The documents of `render` and `gate`: a feed of 50 full Korean posts, and what measures them."""
import json
import subprocess

from words import Words

ROOT = "https://blog.example"
POSTS = 50


def body(words, i):
    """About 6 KB of HTML, as the sanitiser leaves it."""
    parts = [f"<p>{words.line(60)} <a href=\"{ROOT}/posts/{i}?a=1&amp;b=2\">{words.line(3)}</a>, "
             f"<strong>{words.line(2)}</strong>.</p>" for _ in range(8)]
    parts.insert(2, f"<h2>{words.line(4)}</h2>")
    parts.insert(4, "<ul>\n" + "\n".join(f"<li>{words.line(8)}</li>" for _ in range(5)) + "\n</ul>")
    parts.insert(6, f"<pre><code>if (a &lt; b &amp;&amp; c) {{\n  // {words.line(6)}\n}}\n</code></pre>")
    return "\n".join(parts)


def entry(words, i):
    day = f"2026-{1 + i % 11:02}-{1 + i % 28:02}T09:{i:02}:00+09:00"
    return {"id": f"tag:blog.example,2026:/posts/{i}", "slug": f"post-{i}", "url": f"{ROOT}/posts/post-{i}",
            "title": words.line(5) + " & <br>", "summary": words.line(40), "content_html": body(words, i),
            "published": day, "updated": day, "authors": [{"key": "sosik", "name": "김소식", "url": f"{ROOT}/about"}],
            "tags": [words.line(1) for _ in range(3)]}


def feed_file(bench):
    words = Words(3, vocabulary=1200)
    author = {"key": "sosik", "name": "김소식", "url": f"{ROOT}/about"}
    feed = {"id": "tag:blog.example,2026:/feed/main", "root": ROOT, "home_url": f"{ROOT}/", "title": "소식 블로그",
            "description": "팀과 제품에 대한 기록", "language": "ko", "author": author,
            "changed_at": "2026-11-23T18:05:10+09:00", "entries": [entry(words, i) for i in range(POSTS)]}
    file = bench.work / "feed-of-50.json"
    file.write_text(json.dumps(feed, ensure_ascii=False), encoding="utf-8")
    return file


def run(command):
    """(CPU seconds a document, bytes of it)."""
    said = subprocess.run(["taskset", "-c", "0", *map(str, command)], capture_output=True, text=True, check=True)
    seen = json.loads(said.stdout)
    return seen["seconds"], seen["bytes"]


def ours(bench, file, document, work):
    count = 20 if bench.quick else 400
    return run([bench.programs / "render", file, document, work, count // 4, count])
