"""nginx on the very bytes that our program serves: files fetched from it, the fields that it sends, one worker."""
import email.utils
import gzip
import os
import shutil

from processes import Process, fail, free_port, wait_for
from wire import ask

# What nginx writes by itself, in its own words.
ITS_OWN = {"date", "server", "content-type", "content-length", "content-encoding", "connection", "last-modified",
           "etag", "vary", "accept-ranges"}


def path_of(path, kind):
    """nginx adds the same fields to a 304 as to its 200, and ours has fewer: so a document that is asked for 304s
    stands at an address of its own, with those. (`map $status` would do it too, at nginx's cost.)"""
    return "/304" + path if kind == "304" else path


def mirror(site, port, paths):
    """Writes what `port` serves at the paths, as it is and as gzip. Returns {path here: fields to add}."""
    fields = {}
    for path in paths:
        # A feed that changed this second has none yet.
        wait_for(lambda: ask(port, path).field("Last-Modified"), f"Last-Modified of {path}")
        plain = ask(port, path, ["Accept-Encoding: identity"])
        packed = ask(port, path, ["Accept-Encoding: gzip"])
        if plain.status != 200 or packed.field("Content-Encoding") != "gzip":
            fail(f"{path} is not served as 200, plain and gzip")
        if gzip.decompress(packed.body) != plain.body:
            fail(f"the gzip form of {path} is another document")
        kept = ask(port, path, ["Accept-Encoding: gzip", f"If-None-Match: {packed.field('ETag')}"])
        changed = email.utils.parsedate_to_datetime(packed.field("Last-Modified")).timestamp()
        for kind, answer in (("200", packed), ("304", kept)):
            here = path_of(path, kind)
            file = site / here.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            for name, body in ((file, plain.body), (file.with_name(file.name + ".gz"), packed.body)):
                name.write_bytes(body)
                os.utime(name, (changed, changed))
            fields[here] = [(name, value) for name, value in answer.fields if name.lower() not in ITS_OWN]
    return fields


def quoted(value):
    if "$" in value:
        fail(f"nginx would take a variable for: {value}")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def configuration(folder, site, port, fields, access_log):
    locations = []
    for path, lines in fields.items():
        adds = " ".join(f"add_header {name} {quoted(value)};" for name, value in lines)
        locations.append(f"location = {path} {{ {adds} }}")
    # Buffered as ours is; without a buffer nginx makes a system call a request, and is slower.
    log = f"{access_log} combined buffer=64k flush=1s" if access_log else "off"
    newline = "\n    "
    return f"""
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  types {{ "application/rss+xml; charset=utf-8" xml; }}
  access_log {log}; sendfile on; tcp_nopush on; gzip_static on; gzip_vary on; keepalive_requests 1000000000;
  open_file_cache max=2000; open_file_cache_valid 60s; server_tokens off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} backlog=4096; root {site};
    {newline.join(locations)}
  }}
}}
"""


class Nginx:
    def __init__(self, bench, name, site, fields, access_log=""):
        self.folder = bench.work / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.access_log = access_log
        self.port = free_port()
        self.config = self.folder / "nginx.conf"
        self.config.write_text(configuration(self.folder, site, self.port, fields, access_log))

    def command(self):
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") or fail("there is no nginx")
        return [program, "-e", str(self.folder / "log"), "-c", str(self.config)]  # -e: from its first moment

    def start(self, **options):
        return Process(self.command(), self.port, log=self.folder / "output", **options).wait_until_up()
