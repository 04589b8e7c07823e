"""Bad input: one clear line each, the right exit code, nothing half written."""
import contextlib
import os
import pathlib
import resource
import shutil
import socket
import sqlite3
import subprocess
import unittest

from sosik import PROGRAM, Sosik, post, wait_for


class BadInput(unittest.TestCase):
    def setUp(self):
        self.sosik = Sosik()
        self.addCleanup(self.sosik.__exit__)

    def refused(self, *words, code=1):
        done = self.sosik.run(*words, code=code)
        self.assertNotIn("terminate", done.stderr)
        return done.stderr

    def change_config(self, old, new):
        text = self.sosik.config.read_text()
        self.assertIn(old, text)
        self.sosik.config.write_text(text.replace(old, new))

    def test_usage_errors_exit_with_two(self):
        self.refused("frobnicate", code=2)
        self.refused("feed", "render", "--format", "pdf", code=2)

    def test_configuration_problems_name_file_line_and_what_is_allowed(self):
        self.change_config("threads = 2", "thraeds = 2\nmax_connections = -5")
        stderr = self.refused("check-config")
        self.assertRegex(stderr, r"sosik\.toml:\d+: unknown key 'server.thraeds'; allowed here: .*threads")
        self.assertRegex(stderr, r"sosik\.toml:\d+: server.max_connections is -5; allowed: 1 to")

    def test_not_toml_at_all(self):
        self.sosik.config.write_text("[site\ntitle = ")
        self.assertRegex(self.refused("check-config"), r"sosik\.toml:\d+: not TOML")

    def test_missing_configuration(self):
        done = subprocess.run([PROGRAM, "serve", "--config", "/nowhere/x.toml"], capture_output=True, encoding="utf-8")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nowhere/x.toml", done.stderr)

    def test_definition_problems_name_file_line_and_what_is_allowed(self):
        feeds = self.sosik.folder / "feeds"
        (feeds / "dev.toml").write_text('title = "개발"\nlimt = 3\ncontent = "half"\n')
        (feeds / "posts.toml").write_text('title = "x"\n')
        stderr = self.refused("check-config")
        self.assertRegex(stderr, r"dev\.toml:2: unknown key 'limt'; allowed here: .*limit")
        self.assertRegex(stderr, r'dev\.toml:3: content is "half"; allowed: "full", "summary"')
        self.assertRegex(stderr, r"posts\.toml: 'posts' is reserved")

    def test_import_reports_bad_files_takes_the_others_and_fails(self):
        blog = self.sosik.folder / "blog"
        (blog / "sub").mkdir(parents=True)
        (blog / "good.md").write_text(post("좋은 글", "2026-11-01"))
        (blog / "front.md").write_text("---\ntitle: [a\ndate: 2026-11-01\n---\nx\n")
        (blog / "date.md").write_text(post("날짜", "2026-13-45"))
        (blog / "bytes.md").write_bytes(b"---\ntitle: x\ndate: 2026-11-01\n---\n\nabc \xff\xfe\n")
        (blog / "none.md").write_text("no front matter, no date\n")
        os.symlink("..", blog / "sub" / "loop")
        os.mkfifo(blog / "pipe.md")
        with open(blog / "huge.md", "wb") as huge:
            huge.truncate(100 << 20)
        done = self.sosik.run("import", "markdown", str(blog), code=1)
        for name in ("front.md:", "date.md:", "bytes.md:", "none.md", "huge.md", "pipe.md"):
            self.assertIn(name, done.stderr)
        self.assertNotIn("good.md", done.stderr)
        self.assertEqual([p["title"] for p in self.sosik.run_json("post", "list")], ["좋은 글"])

    def test_import_of_a_missing_folder(self):
        self.assertIn("/nowhere", self.refused("import", "markdown", "/nowhere"))

    def test_dry_run_writes_nothing(self):
        blog = self.sosik.folder / "blog"
        blog.mkdir()
        (blog / "good.md").write_text(post("좋은 글", "2026-11-01"))
        done = self.sosik.run("import", "markdown", str(blog), "--dry-run")
        self.assertIn("1 created", done.stdout)
        self.assertFalse(self.sosik.database.exists())
        self.sosik.run("migrate")
        self.assertIn("1 created", self.sosik.run("import", "markdown", str(blog), "--dry-run").stdout)
        self.assertEqual(self.sosik.run_json("post", "list"), [])

    def test_a_store_that_is_no_database(self):
        self.sosik.database.write_bytes(b"this is not a database, and never was one. " * 200)
        stderr = self.refused("serve")
        self.assertIn("sosik.db", stderr)
        self.assertEqual(len(stderr.strip().splitlines()), 1)

    def test_a_store_of_a_newer_schema(self):
        self.sosik.run("migrate")
        db = sqlite3.connect(self.sosik.database)
        db.execute("PRAGMA user_version = 9999")
        db.commit()
        db.close()
        self.assertRegex(self.refused("serve"), r"sosik\.db.*newer")

    def test_a_damaged_store_is_reported(self):
        self.sosik.run("migrate")
        size = self.sosik.database.stat().st_size
        with open(self.sosik.database, "r+b") as file:  # the first page stays: it looks like a store
            file.seek(4096)
            file.write(b"\xde" * (size - 4096))
        stderr = self.refused("serve")
        self.assertIn("sosik.db", stderr)
        self.assertEqual(len(stderr.strip().splitlines()), 1)

    def test_a_store_in_a_folder_that_is_missing(self):
        stderr = self.refused("migrate", "--store", "sqlite:/nowhere/at/all.db")
        self.assertIn("/nowhere/at/all.db", stderr)

    def test_a_locked_store(self):
        self.sosik.run("migrate")
        db = sqlite3.connect(self.sosik.database, isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        file = self.sosik.folder / "a.md"
        file.write_text(post("잠김", "2026-11-01"))
        self.assertIn("locked", self.refused("post", "put", str(file)))
        db.execute("ROLLBACK")
        db.close()

    def test_a_port_in_use(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.sosik.port))
            other.listen()
            stderr = self.refused("serve")
            self.assertIn(f"127.0.0.1 port {self.sosik.port}", stderr)
            self.assertIn("in use", stderr)

    def test_a_full_disk_leaves_the_store_as_it_was(self):
        self.sosik.put("a.md", post("하나", "2026-11-01"))
        big = self.sosik.folder / "big.md"
        big.write_text(post("큰 글", "2026-11-02", body="가나다라 " * 400_000))
        size = self.sosik.database.stat().st_size

        def limit():  # writes beyond this fail, as on a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 65536, size + 65536))
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        done = subprocess.run(
            self.sosik.command("post", "put", str(big)), capture_output=True, encoding="utf-8", preexec_fn=limit
        )
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertEqual([p["title"] for p in self.sosik.run_json("post", "list")], ["하나"])
        self.assertEqual(self.sosik.query("PRAGMA integrity_check"), [("ok",)])

    @unittest.skipIf(os.geteuid() == 0 and not shutil.which("setpriv"), "root may write everywhere")
    def test_a_read_only_store(self):
        self.sosik.run("migrate")
        self.sosik.folder.chmod(0o555)
        self.sosik.database.chmod(0o444)
        for name in ("-wal", "-shm"):
            pathlib.Path(str(self.sosik.database) + name).unlink(missing_ok=True)
        command = self.sosik.command("serve")
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
        self.sosik.folder.chmod(0o755)
        self.assertEqual(done.returncode, 1)
        self.assertIn("sosik.db", done.stderr)

    def test_sighup_with_a_broken_definition_keeps_what_was(self):
        self.sosik.start()
        bad = self.sosik.folder / "feeds" / "dev.toml"
        bad.write_text("title = \n")
        self.sosik.process.send_signal(1)
        wait_for(lambda: "configuration not taken over" in self.sosik.log.read_text(), "the complaint")
        self.assertEqual(self.sosik.get("/rss.xml").status, 200)
        bad.write_text('title = "개발"\ncategories = ["개발"]\n')
        self.sosik.process.send_signal(1)
        wait_for(lambda: self.sosik.get("/dev/rss.xml").status == 200, "the new feed")

    def test_sighup_while_another_program_holds_the_store_changes_nothing_or_all(self):  # promise 2, H-117
        self.sosik.start()
        before = self.sosik.get("/rss.xml")
        self.change_config("시험 블로그", "새 이름")
        with contextlib.closing(sqlite3.connect(self.sosik.database, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            self.sosik.process.send_signal(1)
            wait_for(lambda: "configuration not taken over" in self.sosik.log.read_text(), "the complaint")
            during = self.sosik.get("/rss.xml")
            self.assertEqual((during.body, during.headers["etag"]), (before.body, before.headers["etag"]))
            db.execute("ROLLBACK")
        self.sosik.process.send_signal(1)
        wait_for(lambda: "새 이름" in self.sosik.get("/rss.xml").body.decode(), "the new title")
        after = self.sosik.get("/rss.xml", headers={"If-Modified-Since": before.headers["last-modified"]})
        self.assertEqual(after.status, 200)

    def test_readers_cannot_use_up_the_descriptors(self):
        self.sosik.put("a.md", post("하나", "2026-11-01"))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.sosik.start()
        idle = [socket.create_connection(("127.0.0.1", self.sosik.port)) for _ in range(1100)]
        self.assertEqual(self.sosik.get("/atom.xml").status, 200)
        for connection in idle:
            connection.close()

    def test_sigterm_ends_with_zero(self):
        self.sosik.start()
        self.assertEqual(self.sosik.stop(), 0)


if __name__ == "__main__":
    unittest.main()
