"""docs/post-store.md on PostgreSQL: other programs write with psql, and whatever they do is noticed (PRODUCT.md 4.1)."""
import re
import tempfile
import unittest

from postgres import Database, Session
from sosik import ROOT, Sosik, wait_for

PAGE = (ROOT / "docs" / "post-store.md").read_text(encoding="utf-8")


def examples(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.S | re.M)


class Contract(unittest.TestCase):
    """Two posts with children, and an empty log."""

    @classmethod
    def setUpClass(cls):
        cls.database = Database()
        cls.addClassCleanup(cls.database.drop)
        cls.database.migrate()
        cls.sql, cls.refusal = cls.database.sql, cls.database.refusal

    def setUp(self):
        self.write()

    def write(self):
        self.sql(
            """
            TRUNCATE posts CASCADE; TRUNCATE categories, tags, authors, post_identity;
            INSERT INTO posts (post_id, status, slug, title, published_at)
              VALUES ('a', 'published', 'a', 'A', 1700000000000), ('b', 'published', 'b', 'B', 1700000001000);
            INSERT INTO post_categories (post_id, path) VALUES ('a', 'dev/backend'), ('b', 'dev');
            INSERT INTO post_tags (post_id, tag) VALUES ('a', 'go'), ('b', 'go'), ('b', 'team');
            INSERT INTO post_authors (post_id, author) VALUES ('a', 'kim'), ('b', 'lee');
            INSERT INTO enclosures (post_id, position, url) VALUES ('a', 0, 'https://x.example/a.mp3');
            """
        )
        self.clear()

    def clear(self):
        """As the step does: what it has read, and nothing else."""
        self.sql("DELETE FROM dirty_posts WHERE seq IN (SELECT seq FROM dirty_posts); DELETE FROM dirty_names;")

    def dirty(self):
        return self.sql("SELECT string_agg(DISTINCT post_id, ' ' ORDER BY post_id) FROM dirty_posts;")

    def children_of(self, post):
        tables = ("post_categories", "post_tags", "post_authors", "enclosures")
        return int(self.sql("SELECT " + " + ".join(f"(SELECT count(*) FROM {t} WHERE post_id = '{post}')" for t in tables)))

    def session(self):
        session = Session(self.database.url)
        self.addCleanup(session.close)
        return session

    def identity(self, post, key, entry):
        self.sql(f"INSERT INTO post_identity VALUES (1, '{entry}', 'cms', '{key or post}', 1, 0);")

    def current(self):
        return self.sql("SELECT string_agg(source_key || '=' || entry_id, ' ' ORDER BY source_key) FROM post_identity WHERE is_current = 1;")


class Noticed(Contract):
    def check(self, rows, before=""):
        for statement, want in rows:
            with self.subTest(statement):
                self.write()
                if before:
                    self.sql(before)
                    self.clear()
                self.sql(statement)
                self.assertEqual(self.dirty(), want)

    def test_every_kind_of_statement_on_every_table_that_shows_marks_the_posts_it_touches(self):
        self.check([
            ("INSERT INTO posts (post_id, slug) VALUES ('c', 'c');", "c"),
            ("INSERT INTO posts (post_id) VALUES ('a') ON CONFLICT DO NOTHING;", ""),
            ("UPDATE posts SET title = 'new' WHERE post_id = 'a';", "a"),
            ("UPDATE posts SET post_id = 'z' WHERE post_id = 'a';", "a z"),
            ("UPDATE posts SET site_id = 2 WHERE post_id = 'a';", "a"),
            ("DELETE FROM posts WHERE post_id = 'a';", "a"),
            ("INSERT INTO posts (post_id, title) VALUES ('a', 'u') ON CONFLICT (site_id, post_id) "
             "DO UPDATE SET title = excluded.title;", "a"),
            ("MERGE INTO posts USING (VALUES ('a'), ('c')) AS v(id) ON site_id = 1 AND post_id = v.id WHEN MATCHED THEN "
             "UPDATE SET title = 'm' WHEN NOT MATCHED THEN INSERT (post_id) VALUES (v.id);", "a c"),
            ("COPY posts (post_id, title) FROM stdin;\nc\tC\nd\tD\n\\.\n", "c d"),
            ("TRUNCATE posts CASCADE;", "a b"),
            ("TRUNCATE posts, post_categories, post_tags, post_authors, enclosures;", "a b"),
            ("INSERT INTO post_categories (post_id, path) VALUES ('a', 'x');", "a"),
            ("UPDATE post_categories SET post_id = 'b', path = 'y' WHERE post_id = 'a';", "a b"),
            ("UPDATE post_categories SET position = 3 WHERE post_id = 'b';", "b"),
            ("DELETE FROM post_categories WHERE post_id = 'a';", "a"),
            ("TRUNCATE post_categories;", "a b"),
            ("INSERT INTO post_tags (post_id, tag) VALUES ('a', 'x');", "a"),
            ("UPDATE post_tags SET tag = 'y' WHERE tag = 'team';", "b"),
            ("DELETE FROM post_tags WHERE tag = 'go';", "a b"),
            ("TRUNCATE post_tags;", "a b"),
            ("INSERT INTO post_authors (post_id, author) VALUES ('b', 'kim');", "b"),
            ("UPDATE post_authors SET author = 'x' WHERE author = 'kim';", "a"),
            ("DELETE FROM post_authors WHERE author = 'kim';", "a"),
            ("TRUNCATE post_authors;", "a b"),
            ("INSERT INTO enclosures (post_id, position, url) VALUES ('b', 0, 'https://x.example/b');", "b"),
            ("UPDATE enclosures SET length = 5;", "a"),
            ("DELETE FROM enclosures;", "a"),
            ("TRUNCATE enclosures;", "a"),
            ("INSERT INTO categories (path, name) VALUES ('dev', 'Development');", "a b"),
            ("INSERT INTO categories (path, name) VALUES ('dev/backend', 'Backend');", "a"),
            ("INSERT INTO categories (path, name) VALUES ('de', 'Other');", ""),
            ("INSERT INTO tags (tag, name) VALUES ('team', 'Team');", "b"),
            ("INSERT INTO authors (author, name) VALUES ('lee', 'Lee');", "b"),
            ("INSERT INTO touch VALUES (1, 'a');", "a"),
        ])

    def test_renaming_and_removing_a_display_name_marks_every_post_that_shows_it(self):
        self.check(
            [
                ("UPDATE categories SET name = 'DD';", "a b"),
                ("UPDATE categories SET path = 'else';", "a b"),
                ("DELETE FROM categories;", "a b"),
                ("TRUNCATE categories;", "a b"),
                ("UPDATE tags SET name = 'TT';", "b"),
                ("UPDATE tags SET tag = 'go';", "a b"),
                ("DELETE FROM tags;", "b"),
                ("TRUNCATE tags;", "b"),
                ("UPDATE authors SET url = 'https://kim.example/';", "a"),
                ("UPDATE authors SET author = 'lee';", "a b"),
                ("DELETE FROM authors;", "a"),
                ("TRUNCATE authors;", "a"),
            ],
            before="INSERT INTO categories (path, name) VALUES ('dev', 'D'); INSERT INTO tags (tag, name) VALUES ('team', 'T');"
            "INSERT INTO authors (author, name) VALUES ('kim', 'K');",
        )

    def test_children_go_and_move_with_their_post(self):
        self.sql("DELETE FROM posts WHERE post_id = 'b';")
        self.assertEqual((self.children_of("b"), self.children_of("a")), (0, 4))
        self.sql("UPDATE posts SET post_id = 'z' WHERE post_id = 'a';")
        self.assertEqual((self.children_of("a"), self.children_of("z")), (0, 4))

    def test_a_child_may_come_before_its_post_but_not_without_it(self):
        said = self.refusal("INSERT INTO post_tags (post_id, tag) VALUES ('nobody', 'x');")
        self.assertIn("sosik: the post of a row of post_tags is there", said)
        self.sql("BEGIN; INSERT INTO post_tags (post_id, tag) VALUES ('late', 'x'); INSERT INTO posts (post_id) VALUES ('late'); COMMIT;")
        self.assertEqual(self.dirty(), "late")

    def test_a_transaction_that_is_rolled_back_marks_nothing(self):  # N-200
        self.sql("BEGIN; UPDATE posts SET title = 'x'; ROLLBACK;")
        self.assertEqual(self.dirty(), "")

    def test_many_changes_of_one_post_in_one_transaction_are_one_key_in_the_log(self):
        self.sql("BEGIN; " + "UPDATE posts SET title = title || '!' WHERE post_id = 'a';" * 3 + "COMMIT;")
        self.assertEqual(self.sql("SELECT count(*) FROM dirty_posts;"), "1")


class Quiet(Contract):
    def modes(self):
        return self.sql("SELECT string_agg(DISTINCT post_id || is_quiet, ' ') FROM dirty_posts;")

    def test_quiet_is_one_transaction_and_no_other(self):  # N-212
        a, b = self.session(), self.session()
        a.run("BEGIN; SELECT write_quietly(); UPDATE posts SET title = 'q' WHERE post_id = 'a';")
        b.run("UPDATE posts SET title = 'loud' WHERE post_id = 'b';")
        a.run("COMMIT;")
        self.assertEqual(self.modes(), "a1 b0")

    def test_what_a_quiet_transaction_shares_with_a_loud_one_is_told(self):
        self.sql("BEGIN; SELECT write_quietly(); UPDATE posts SET title = 'q' WHERE post_id = 'a'; COMMIT; INSERT INTO touch VALUES (1, 'a');")
        self.assertEqual(self.sql("SELECT min(is_quiet) FROM dirty_posts WHERE post_id = 'a';"), "0")

    def test_quiet_ends_where_it_is_said_and_with_what_is_rolled_back(self):
        self.sql("BEGIN; SELECT write_quietly(); SELECT write_quietly(false); UPDATE posts SET title = 'q' WHERE post_id = 'a'; COMMIT;")
        self.assertEqual(self.modes(), "a0")
        self.clear()
        self.sql("BEGIN; SAVEPOINT s; SELECT write_quietly(); ROLLBACK TO s; UPDATE posts SET title = 'q' WHERE post_id = 'b'; COMMIT;")
        self.assertEqual(self.modes(), "b0")

    def test_quiet_is_over_when_a_session_forgot_to_say_so(self):  # N-212: a pooled connection
        session = self.session()
        session.run("BEGIN; SELECT set_config('sosik.quiet', txid_current()::text, false); COMMIT; UPDATE posts SET title = 'x' WHERE post_id = 'a';")
        self.assertEqual(self.modes(), "a0")

    def test_a_renaming_is_as_quiet_as_its_transaction(self):
        self.sql("BEGIN; SELECT write_quietly(); INSERT INTO tags (tag, name) VALUES ('team', 'T'); COMMIT;")
        self.assertEqual(self.modes(), "b1")


class Refused(Contract):
    def test_a_second_post_with_a_taken_slug_is_refused_with_a_clear_sentence(self):
        for statement in (
            "INSERT INTO posts (post_id, slug) VALUES ('c', 'a');",
            "INSERT INTO posts (post_id, slug) VALUES ('c', 'a') ON CONFLICT DO NOTHING;",
            "UPDATE posts SET slug = 'a' WHERE post_id = 'b';",
            "INSERT INTO posts (post_id, slug) VALUES ('c', 'a') ON CONFLICT (site_id, post_id) DO UPDATE SET slug = excluded.slug;",
        ):
            with self.subTest(statement):
                self.assertIn("sosik: another post of this site has this slug", self.refusal(statement))
                self.assertEqual(self.dirty(), "")

    def test_a_slug_is_free_again_for_the_post_itself_after_a_delete_and_on_another_site(self):
        for statement in (
            "INSERT INTO posts (post_id, slug) VALUES ('a', 'a') ON CONFLICT (site_id, post_id) DO UPDATE SET slug = excluded.slug;",
            "UPDATE posts SET slug = 'a', title = 'x' WHERE post_id = 'a';",
            "UPDATE posts SET status = 'deleted' WHERE post_id = 'a'; INSERT INTO posts (post_id, slug) VALUES ('c', 'a');",
            "DELETE FROM posts WHERE post_id = 'a'; UPDATE posts SET slug = 'a' WHERE post_id = 'b';",
            "INSERT INTO posts (site_id, post_id, slug) VALUES (2, 'c', 'a');",
            "INSERT INTO posts (post_id) VALUES ('c'), ('d');",
        ):
            with self.subTest(statement):
                self.write()
                self.sql(f"BEGIN; {statement} COMMIT;")

    def test_of_two_who_take_one_slug_at_once_the_second_is_told_the_same(self):
        a, b = self.session(), self.session()
        a.run("BEGIN; INSERT INTO posts (post_id, slug) VALUES ('c', 'new');")
        b.blocks("INSERT INTO posts (post_id, slug) VALUES ('d', 'new');")
        a.run("COMMIT;")
        self.assertIn("sosik: another post of this site has this slug", b.said())
        a.run("BEGIN; INSERT INTO posts (post_id, slug) VALUES ('e', 'newer');")
        b.blocks("INSERT INTO posts (post_id, slug) VALUES ('f', 'newer');")
        a.run("ROLLBACK;")
        self.assertEqual(b.said(), "")
        self.assertEqual(self.sql("SELECT string_agg(post_id, ' ' ORDER BY post_id) FROM posts WHERE slug LIKE 'new%';"), "c f")

    def test_values_that_could_only_be_mistakes_are_refused_by_name(self):
        long = "repeat('가', 667)"  # 2,001 bytes
        for statement, reason in (
            ("INSERT INTO posts (post_id, status) VALUES ('c', 'live');", "status is draft"),
            ("INSERT INTO posts (post_id, body_format) VALUES ('c', 'rst');", "body_format is html"),
            ("INSERT INTO posts (post_id, published_at) VALUES ('c', 253402300800000);", "published_at is milliseconds"),
            ("INSERT INTO posts (post_id, updated_at) VALUES ('c', -62135596800001);", "updated_at is milliseconds"),
            ("INSERT INTO posts (post_id, published_at) VALUES ('c', now());", "published_at"),
            ("INSERT INTO posts (post_id, comment_count) VALUES ('c', -1);", "comment_count is a whole"),
            ("INSERT INTO posts (post_id) VALUES ('');", "post_id has 1 to 255 bytes"),
            ("INSERT INTO posts (post_id) VALUES (repeat('가', 86));", "post_id has 1 to 255 bytes"),
            (f"INSERT INTO posts (post_id, source_key) VALUES ('c', {long});", "source_key has at most 2000 bytes"),
            (f"INSERT INTO posts (post_id, source) VALUES ('c', {long});", "source has at most 255 bytes"),
            (f"INSERT INTO posts (post_id, slug) VALUES ('c', {long});", "slug has at most 2000 bytes"),
            (f"INSERT INTO post_categories (post_id, path) VALUES ('a', {long});", "path of post_categories has at most"),
            (f"INSERT INTO post_tags (post_id, tag) VALUES ('a', {long});", "tag of post_tags has at most"),
            (f"INSERT INTO post_authors (post_id, author) VALUES ('a', {long});", "author of post_authors has at most"),
            (f"INSERT INTO categories (path) VALUES ({long});", "path of categories has at most"),
            (f"INSERT INTO tags (tag) VALUES ({long});", "tag of tags has at most"),
            (f"INSERT INTO authors (author) VALUES ({long});", "author of authors has at most"),
            (f"INSERT INTO touch (post_id) VALUES ('a');", "site_id"),
        ):
            with self.subTest(statement):
                self.assertIn(reason, self.refusal(statement))

    def test_what_is_not_refused_fits_into_every_index(self):
        # Bytes that do not compress: an index row may have 2,704 of them.
        self.sql(
            """
            CREATE FUNCTION noise(bytes int) RETURNS text LANGUAGE sql AS
              $$ SELECT substr(string_agg(md5(random()::text), ''), 1, bytes) FROM generate_series(0, bytes / 32) $$;
            INSERT INTO posts (post_id, source, source_key, slug) VALUES (noise(255), noise(255), noise(2000), noise(2000));
            INSERT INTO post_categories (post_id, path) SELECT post_id, noise(2000) FROM posts WHERE slug LIKE '__________%';
            INSERT INTO post_tags (post_id, tag) SELECT post_id, noise(2000) FROM posts WHERE slug LIKE '__________%';
            INSERT INTO post_authors (post_id, author) SELECT post_id, noise(2000) FROM posts WHERE slug LIKE '__________%';
            INSERT INTO post_identity VALUES (1, noise(2048), noise(255), noise(2000), 1, 0);
            INSERT INTO feed_tombstones VALUES (1, noise(1100), 0, noise(2048));
            INSERT INTO deliveries (site_id, kind, target, topic, subject, event_number, revision, created_at, next_at)
              VALUES (1, 1, noise(2000), noise(3500), noise(255), 0, 1, 0, 0);
            """
        )

    def test_numbers_as_keys_become_text(self):
        self.sql("INSERT INTO posts (post_id) VALUES (42); INSERT INTO post_tags (post_id, tag) VALUES (42, 7); INSERT INTO touch VALUES (1, 43);")
        self.assertEqual(self.dirty(), "42 43")


class AtOnce(Contract):
    """Who began first may commit last (S-042)."""

    def test_a_change_that_commits_after_the_step_has_cleared_later_ones_is_in_the_log(self):
        first, second = self.session(), self.session()
        first.run("BEGIN; UPDATE posts SET title = 'first' WHERE post_id = 'a'; INSERT INTO touch VALUES (1, 'b');")
        second.run("BEGIN; UPDATE posts SET title = 'second' WHERE post_id = 'b'; COMMIT;")
        self.assertEqual(self.dirty(), "b")
        self.clear()
        first.run("COMMIT;")
        self.assertEqual(self.dirty(), "a b")
        self.assertEqual(self.sql("SELECT string_agg(title, ' ' ORDER BY post_id) FROM posts;"), "first second")

    def test_a_post_that_comes_into_a_category_while_it_is_renamed_gets_the_new_name(self):
        renamer, writer = self.session(), self.session()
        renamer.run("BEGIN; INSERT INTO categories (path, name) VALUES ('new', 'New');")
        writer.run("INSERT INTO post_categories (post_id, path) VALUES ('a', 'new/below'), ('b', 'new');")
        self.assertEqual(self.dirty(), "a b")
        self.clear()  # the step has read them, with the old name
        renamer.run("COMMIT;")
        self.sql("SELECT sosik_spread_names(1);")
        self.assertEqual(self.dirty(), "a b")
        self.sql("SELECT sosik_spread_names(1);")
        self.assertEqual(self.sql("SELECT count(*) FROM dirty_posts;"), "2")  # not again

    def test_an_id_goes_along_with_its_key(self):
        self.identity("a", None, "id-a")
        self.sql("UPDATE posts SET post_id = 'z' WHERE post_id = 'a';")
        self.assertEqual(self.current(), "z=id-a")
        self.sql("UPDATE posts SET source_key = 'k' WHERE post_id = 'z';")
        self.assertEqual(self.current(), "k=id-a")
        self.sql("UPDATE posts SET title = 'x', source_key = 'k' WHERE post_id = 'z';")
        self.assertEqual(self.current(), "k=id-a")

    def test_a_post_that_is_given_the_key_of_another_takes_nothing_from_it(self):
        self.identity("a", None, "id-a")
        self.identity("b", None, "id-b")
        self.sql("UPDATE posts SET source_key = 'b' WHERE post_id = 'a';")
        self.assertEqual(self.current(), "a=id-a b=id-b")

    def test_a_key_whose_post_is_gone_gives_its_id_up(self):
        self.identity("a", None, "id-a")
        self.identity("b", None, "id-b")
        self.sql("DELETE FROM posts WHERE post_id = 'b'; UPDATE posts SET source_key = 'b' WHERE post_id = 'a';")
        self.assertEqual(self.current(), "b=id-a")

    def test_a_key_that_changes_while_the_step_gives_it_an_id_takes_the_id_along(self):
        step, writer = self.session(), self.session()
        step.run("BEGIN; SELECT sosik_begin_alone(); INSERT INTO post_identity VALUES (1, 'id-a', 'cms', 'a', 1, 0);")
        writer.blocks("UPDATE posts SET source_key = 'k' WHERE post_id = 'a';")
        step.run("COMMIT;")
        writer.said()
        self.assertEqual(self.current(), "k=id-a")

    def test_the_step_waits_for_a_key_that_is_being_changed_and_for_nobody_else(self):
        step, writer, other = self.session(), self.session(), self.session()
        other.run("BEGIN; UPDATE posts SET title = 'x' WHERE post_id = 'b'; INSERT INTO tags (tag, name) VALUES ('go', 'Go');")
        step.run("BEGIN; SELECT sosik_begin_alone(); COMMIT;")
        writer.run("BEGIN; UPDATE posts SET source_key = 'k' WHERE post_id = 'a';")
        step.blocks("BEGIN; SELECT sosik_begin_alone();")
        writer.run("COMMIT;")
        step.said()
        self.assertEqual(step.run("SELECT source_key FROM posts WHERE post_id = 'a';"), "k")

    def test_one_step_at_a_time(self):
        one, two = self.session(), self.session()
        one.run("BEGIN; SELECT sosik_begin_alone();")
        two.blocks("BEGIN; SELECT sosik_begin_alone();")
        one.run("COMMIT;")
        self.assertNotIn("ERROR", two.said())

    def test_of_two_posts_that_come_to_one_key_at_once_the_first_takes_its_id_there(self):
        self.identity("a", None, "id-a")
        self.identity("b", None, "id-b")
        first, second = self.session(), self.session()
        first.run("BEGIN; UPDATE posts SET source_key = 'k' WHERE post_id = 'a';")
        second.blocks("UPDATE posts SET source_key = 'k' WHERE post_id = 'b';")
        first.run("COMMIT;")
        self.assertEqual(second.said(), "")
        self.assertEqual(self.current(), "b=id-b k=id-a")

    def test_a_child_of_a_post_that_is_deleted_at_the_same_moment_is_refused_not_left_behind(self):
        writer, remover = self.session(), self.session()
        writer.run("BEGIN; INSERT INTO post_tags (post_id, tag) VALUES ('a', 'late');")
        remover.run("BEGIN; DELETE FROM posts WHERE post_id = 'a';")
        writer.blocks("COMMIT;")
        remover.run("COMMIT;")
        self.assertIn("sosik: the post of a row of post_tags is there", writer.said())
        self.assertEqual(self.children_of("a"), 0)


class Served(Contract):
    """The same by the running program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = tempfile.TemporaryDirectory(prefix="sosik-keys-")
        cls.addClassCleanup(cls.keys.cleanup)

    def setUp(self):
        self.sql("TRUNCATE posts CASCADE;")
        self.sosik = Sosik()
        self.addCleanup(self.sosik.__exit__)
        # One installation, one key.
        key = Served.keys.name + "/installation.key"
        text = self.sosik.config.read_text(encoding="utf-8")
        self.sosik.config.write_text(text.replace("[admin]\n", f'[admin]\nkey_file = "{key}"\n'), encoding="utf-8")
        self.sosik.start("--store", self.database.url)

    def post(self, key):
        return f"INSERT INTO posts (post_id, status, title, published_at) VALUES ('{key}', 'published', '{key}', 1700000000000 + {len(key)});"

    def titles_become(self, *titles):
        wait_for(lambda: self.sosik.titles() == list(titles), f"{titles}; last {self.sosik.titles()}")

    def events(self):
        return [(e["type"], e["subject"], e["quiet"]) for e in self.sosik.run_json("events", "--store", self.database.url)
                if e["type"].startswith("post.")]

    def test_what_began_first_and_commits_last_is_served(self):  # S-042
        first = self.session()
        first.run("BEGIN;" + self.post("aa") + "INSERT INTO touch VALUES (1, 'b');")
        self.sql(self.post("b"))
        self.titles_become("b")
        first.run("COMMIT;")
        self.titles_become("aa", "b")
        self.sql("UPDATE posts SET source_key = 'k', title = 'B' WHERE post_id = 'b';")
        before = {item["title"]: item["id"] for item in self.sosik.feed()["items"]}
        self.titles_become("aa", "B")
        self.assertEqual({item["id"] for item in self.sosik.feed()["items"]}, set(before.values()))
        self.sql("TRUNCATE posts CASCADE;")
        self.titles_become()

    def test_a_quiet_import_is_served_and_told_to_nobody(self):  # N-212
        before = len(self.events())
        self.sql("BEGIN; SELECT write_quietly();" + self.post("quiet") + "COMMIT;")
        self.titles_become("quiet")
        self.assertEqual(self.events()[before:], [("post.published", "quiet", True)])


class Page(Contract):
    def test_the_examples_of_the_page_work_as_the_program_that_the_page_gives_a_role(self):
        self.sql("TRUNCATE posts CASCADE;")
        self.clear()
        own = examples("postgresql")
        roles, rest = own[0], own[1:]
        self.assertIn("CREATE ROLE cms", roles)
        self.assertGreaterEqual(len(rest), 3)
        self.addCleanup(lambda: self.sql("DROP OWNED BY cms; DROP ROLE cms;"))
        self.sql(roles)
        cms = self.database.url_of("cms")
        common = [e.replace("BEGIN IMMEDIATE", "BEGIN") for e in examples("sql") if "PRAGMA" not in e and "write_mode" not in e]
        self.assertEqual(len(common), 7)
        sites = common.pop()  # of many blogs; the right to it is the operator's to give
        self.assertIn("INSERT INTO sites", sites)
        self.refusal(sites, url=cms)
        self.sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON sites TO cms; {sites} DELETE FROM sites; DELETE FROM posts WHERE site_id = 2;")
        self.clear()
        said = [self.sql(example, url=cms) for example in common]
        self.assertIn("post-42|팀을 키우는 일, 다시|0|", said[-1])
        self.assertEqual(self.dirty(), "42 43 44 post-42")
        self.assertEqual(self.children_of("post-42"), 5)
        self.clear()
        *rest, truncate = rest
        for example in rest:
            self.sql(example, url=cms)
        self.assertEqual(self.sql("SELECT string_agg(DISTINCT post_id || is_quiet, ' ') FROM dirty_posts;"), "450 wp-11")
        self.clear()
        self.assertIn("TRUNCATE posts", truncate)
        self.sql(truncate, url=cms)
        self.assertEqual(self.dirty(), "44 45 post-42 wp-1")
        for forbidden in ("DELETE FROM dirty_posts;", "SELECT * FROM post_identity;", "UPDATE entries SET slug = '';", "SELECT sosik_spread_names(1);"):
            self.assertIn("permission denied", self.refusal(forbidden, url=cms))

    def test_every_column_of_the_contract_is_described(self):
        names = self.sql(
            "SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN "
            "('posts', 'post_categories', 'post_tags', 'post_authors', 'enclosures', 'categories', 'tags', 'authors');"
        ).splitlines()
        self.assertGreater(len(names), 25)
        for name in names:
            self.assertIn(f"`{name}`", PAGE)

    def test_a_writer_with_another_search_path_and_tables_of_the_same_names_is_noticed(self):
        self.sql(
            "CREATE SCHEMA theirs; SET search_path = theirs; CREATE TABLE dirty_posts (LIKE public.dirty_posts INCLUDING ALL);"
            "CREATE TEMPORARY TABLE post_categories (LIKE public.post_categories); CREATE TEMPORARY TABLE posts (LIKE public.posts);"
            "UPDATE public.posts SET title = 'x', source_key = 'k' WHERE post_id = 'a'; INSERT INTO public.touch VALUES (1, 'c');"
            "INSERT INTO public.categories (path, name) VALUES ('dev', 'D');"
        )
        self.assertEqual(self.dirty(), "a b c")
        self.assertEqual(self.sql("SELECT count(*) FROM theirs.dirty_posts;"), "0")


if __name__ == "__main__":
    unittest.main()
