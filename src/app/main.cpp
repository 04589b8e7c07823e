// sosik: one program, verbs as commands.
#include <CLI/CLI.hpp>
#include <clocale>
#include <cstdio>
#include <exception>

#include "commands/command.hpp"

namespace {

using sosik::CommandLine;

// A failed write to standard output (a full disk behind a redirection) must not end with exit code
// 0.
int finish(int code) {
  if (std::fflush(stdout) != 0 && code == sosik::exit_ok)
    return sosik::fail("cannot write to standard output");
  return code;
}

int run(int argc, char** argv) {
  CLI::App app{"Sosik (소식): feeds of a blog as RSS, Atom and JSON Feed, and everyone told."};
  app.require_subcommand(1);
  app.fallthrough();
  CommandLine line;
  int code = sosik::exit_ok;
  app.add_option("--config", line.config_file, "the configuration, conf/sosik.toml explains it")
      ->type_name("FILE");
  app.add_flag("--json", line.as_json, "print lists and reports as JSON");
  app.add_option("--store", line.overrides.store_url,
                 "instead of store.url: sqlite:PATH or postgresql://...");
  app.add_option("--site", line.site, "of which site, by number or host; else the configuration's")
      ->type_name("N|HOST");
  app.add_option("--public-url", line.overrides.public_url, "instead of site.public_url");

  auto* serve = app.add_subcommand("serve", "serve feeds and tell the world of new posts");
  serve->add_option("--listen", line.overrides.listen,
                    "instead of server.listen: ADDRESS:PORT, tls:ADDRESS:PORT or unix:FILE");
  serve->add_option("--admin-listen", line.overrides.admin_listen, "instead of admin.listen");
  serve->add_option("--role", line.overrides.roles, "instead of node.roles: serve, notify or both")
      ->type_name("ROLE[,ROLE]");
  serve->add_flag(
      "--new-key", line.overrides.replaces_key,
      "the installation's key that nodes had is lost: go by this one's; endpoints get new "
      "secrets");
  serve->callback([&] { code = sosik::serve(line); });

  app.add_subcommand("check-config", "check configuration and feed definitions, print the URLs")
      ->callback([&] { code = sosik::check_config(line); });

  auto* import = app.add_subcommand("import", "bring posts in");
  import->require_subcommand(1);
  sosik::ImportOptions imported;
  auto* markdown = import->add_subcommand("markdown", "from a folder of Markdown files");
  markdown->add_option("DIR", imported.path, "the folder")->required();
  markdown->add_flag("--dry-run", imported.dry_run, "only show what would change");
  markdown->add_flag("--notify", imported.notify, "tell subscribers of what is new");
  markdown->callback([&] { code = sosik::import_markdown_folder(line, imported); });

  sosik::FeedImportCommand moved;
  auto* from_feed =
      import->add_subcommand("feed", "from a feed of another engine, its pages included");
  from_feed
      ->add_option("FILE|URL", moved.paths, "RSS, Atom or JSON Feed; several: the newest first")
      ->required();
  from_feed->add_flag("--own-pages", moved.own_pages, "give the posts their pages here");
  from_feed->add_flag("--dry-run", moved.common.dry_run, "only show what would change");
  from_feed->add_flag("--notify", moved.common.notify, "tell subscribers of what is new");
  from_feed->callback([&] { code = sosik::import_feed(line, moved); });

  auto* post = app.add_subcommand("post", "one post");
  post->require_subcommand(1);
  std::string name, file;
  bool is_quiet = false;
  std::size_t limit = 50;
  auto* put = post->add_subcommand("put", "create or replace a post from a Markdown file");
  put->add_option("FILE", file, "Markdown with front matter")->required();
  put->add_flag("--quiet", is_quiet, "tell nobody");
  put->callback([&] { code = sosik::post_put(line, file, is_quiet); });
  auto* show = post->add_subcommand("show", "what the store holds of a post");
  show->add_option("POST", name, "its id or slug")->required();
  show->callback([&] { code = sosik::post_show(line, name); });
  auto* list = post->add_subcommand("list", "the newest posts");
  list->add_option("--limit", limit, "how many")->check(CLI::PositiveNumber);
  list->callback([&] { code = sosik::post_list(line, limit); });
  auto* remove = post->add_subcommand("delete", "delete a post");
  remove->add_option("POST", name, "its id or slug")->required();
  remove->callback([&] { code = sosik::post_delete(line, name); });

  auto* feed = app.add_subcommand("feed", "the feeds");
  feed->require_subcommand(1);
  feed->add_subcommand("list", "all feeds and their state")->callback([&] {
    code = sosik::feed_list(line);
  });
  std::string key = "main", format = "rss";
  auto* render = feed->add_subcommand("render", "one feed's bytes");
  render->add_option("FEED", key, "main, a definition's name, category/..., tag/..., author/...");
  render->add_option("--format", format, "rss, atom, json or html")
      ->check(CLI::IsMember({"rss", "atom", "json", "html"}));
  render->callback([&] { code = sosik::feed_render(line, key, format); });

  auto* explain =
      app.add_subcommand("explain", "why a post is, or is not, in each feed, and who was told");
  explain->add_option("POST", name, "its key, slug, id or URL")->required();
  explain->callback([&] { code = sosik::explain(line, name); });

  sosik::EventsOptions asked;
  auto* events = app.add_subcommand("events", "what happened");
  events->add_option("--after", asked.after, "only events with a higher number, oldest first");
  events->add_option("--type", asked.type, "only these")
      ->check(CLI::IsMember(
          {"post.published", "post.updated", "post.unpublished", "post.deleted", "feed.changed"}));
  events->add_option("--limit", asked.limit, "how many; without --after the newest")
      ->check(CLI::PositiveNumber);
  events->callback([&] { code = sosik::events(line, asked); });

  sosik::DeliveriesOptions wanted;
  sosik::ReplayOptions again;
  auto* deliveries = app.add_subcommand("deliveries", "who was told, or not, and why");
  deliveries->require_subcommand(0, 1);
  deliveries->add_option("--state", wanted.state, "only these")
      ->check(CLI::IsMember({"pending", "in flight", "delivered", "gave up", "cancelled"}));
  deliveries->add_option("--kind", wanted.kind, "only this kind of target")
      ->check(CLI::IsMember(
          {"websub", "ping", "webhook", "rsscloud", "indexnow", "slack", "discord", "purge"}));
  deliveries->add_option("--target", wanted.target, "only this target");
  deliveries->add_option("--post", wanted.post, "only about this post: its key, slug or id");
  deliveries->add_option("--topic", wanted.topic, "only about this URL");
  deliveries->add_option("--since", wanted.since, "only since a date, or 30m, 12h, 5d ago");
  deliveries->add_option("--before", wanted.before, "only those with a lower number");
  deliveries->add_option("--limit", wanted.limit, "how many")->check(CLI::PositiveNumber);
  deliveries->add_flag("--attempts", wanted.with_attempts, "with every attempt");
  auto* replay = deliveries->add_subcommand("replay", "make deliveries again, with the same ids");
  replay->add_option("ID|FIRST..LAST", again.range, "which");
  replay->add_option("--failed-since", again.failed_since,
                     "all that were given up since a date, or 30m, 12h, 5d ago");
  replay->add_option("--target", again.target, "only to this target");
  replay->callback([&] { code = sosik::replay_deliveries(line, again); });
  deliveries->final_callback([&] {
    if (deliveries->get_subcommands().empty()) code = sosik::deliveries(line, wanted);
  });

  std::string target, since;
  auto* targets = app.add_subcommand("targets", "who is told, and who is failing or disabled");
  targets->require_subcommand(0, 1);
  auto* enable = targets->add_subcommand("enable", "owe a disabled target news again");
  enable->add_option("TARGET", target, "as `sosik targets` names it")->required();
  enable->add_option("--recover-since", since,
                     "and what it missed since a date, or 30m, 12h, 5d ago");
  enable->callback([&] { code = sosik::enable_target(line, target, since); });
  auto* disable = targets->add_subcommand("disable", "owe a target nothing more");
  disable->add_option("TARGET", target, "as `sosik targets` names it")->required();
  disable->callback([&] { code = sosik::disable_target(line, target); });
  targets->final_callback([&] {
    if (targets->get_subcommands().empty()) code = sosik::list_targets(line);
  });

  auto* token = app.add_subcommand("token", "who may use the admin API");
  token->require_subcommand(1);
  sosik::TokenOptions token_options;
  auto* create_token =
      token->add_subcommand("create", "a new token; its text is printed this once");
  create_token
      ->add_option("--name", token_options.name, "what it is called: small letters, digits, '-'")
      ->required();
  create_token
      ->add_option("--scope", token_options.scope, "what it may: each includes those before")
      ->required()
      ->check(CLI::IsMember({"read", "publish", "admin"}));
  create_token->add_option("--expires", token_options.days, "after so many days; otherwise never")
      ->check(CLI::Range(1, 36500));
  create_token->callback([&] { code = sosik::token_create(line, token_options); });
  token->add_subcommand("list", "all tokens, without their texts")->callback([&] {
    code = sosik::token_list(line);
  });
  auto* revoke_token = token->add_subcommand("revoke", "end a token, at once");
  revoke_token->add_option("NAME", name, "its name")->required();
  revoke_token->callback([&] { code = sosik::token_revoke(line, name); });

  auto* site = app.add_subcommand("site", "the blogs besides the configuration's");
  site->require_subcommand(1);
  sosik::SiteOptions site_options;
  std::string site_name;
  const auto add_site_options = [&](CLI::App* command) {
    const auto add = [&](const char* option, std::optional<std::string>& value, const char* what) {
      return command->add_option(option, value, what);
    };
    add("--description", site_options.description, "one line");
    add("--language", site_options.language, "RFC 5646; ko");
    add("--time-zone", site_options.time_zone, "Asia/Seoul");
    add("--public-url", site_options.public_url, "where readers reach it; https://HOST");
    add("--home-url", site_options.home_url, "where people read the blog, if elsewhere");
    add("--id-authority", site_options.id_authority, "domain in the posts' permanent ids; HOST");
    add("--author-name", site_options.author_name, "of posts that name none");
    add("--author-url", site_options.author_url, "");
    add("--author-email", site_options.author_email, "");
    add("--copyright", site_options.copyright, "");
    add("--icon-url", site_options.icon_url, "a square picture");
    return add("--title", site_options.title, "the blog's name");
  };
  auto* add_site = site->add_subcommand("add", "one more blog, at a host of its own");
  add_site->add_option("HOST", site_options.host, "where it answers")->required();
  add_site_options(add_site)->required();
  add_site->callback([&] { code = sosik::site_add(line, site_options); });
  site->add_subcommand("list", "all sites, and why one is not served")->callback([&] {
    code = sosik::site_list(line);
  });
  auto* set_site = site->add_subcommand("set", "change what is given");
  set_site->add_option("SITE", site_name, "its number or host")->required();
  set_site->add_option("--host", site_options.host, "where it answers from now on");
  add_site_options(set_site);
  set_site->callback([&] { code = sosik::site_set(line, site_name, site_options); });
  auto* remove_site = site->add_subcommand("remove", "serve it no more; its posts stay");
  remove_site->add_option("SITE", site_name, "its number or host")->required();
  remove_site->callback([&] { code = sosik::site_remove(line, site_name); });

  sosik::MigrateOptions stores;
  auto* migrate = app.add_subcommand(
      "migrate",
      "bring the store's schema up to date; with --from and --to: move to another store");
  auto* from = migrate->add_option("--from", stores.from,
                                   "copy this store, sqlite:PATH or postgresql://..., as it is");
  auto* to = migrate->add_option("--to", stores.to, "into this one, which is new or empty");
  from->needs(to);
  to->needs(from);
  migrate->callback([&] { code = sosik::migrate(line, stores); });
  app.add_subcommand("version", "print the version")->callback([] {
    sosik::print_line("sosik " SOSIK_VERSION);
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? sosik::exit_ok : sosik::exit_usage;
  }
  return finish(code);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return sosik::fail(error.what());
  }
}
