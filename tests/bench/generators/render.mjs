// Renders a feed by npm's `feed` or `feedsmith`, as a site generator would, from the JSON that tests/bench/render.cpp
// reads. Prints seconds of CPU a document, once it is warm, and its size.
// usage: node render.mjs FILE feed|feedsmith rss|atom|json WARM COUNT
import { readFileSync } from "node:fs";
import { Feed } from "feed";
import { generateAtomFeed, generateJsonFeed, generateRssFeed } from "feedsmith";

const [file, library, format, warm, count] = process.argv.slice(2);
const blog = JSON.parse(readFileSync(file, "utf8"));
const changed = new Date(blog.changed_at);
const [atomUrl, rssUrl, jsonUrl] = ["atom.xml", "rss.xml", "feed.json"].map((name) => `${blog.root}/${name}`);
// Dates are parsed beforehand, as ours are.
const posts = blog.entries.map((entry) => ({ ...entry, published: new Date(entry.published), updated: new Date(entry.updated) }));

const byFeed = {
  values() {
    const feed = new Feed({
      id: blog.id, title: blog.title, description: blog.description, link: blog.home_url, language: blog.language,
      updated: changed, copyright: "", feedLinks: { atom: atomUrl, rss: rssUrl, json: jsonUrl },
      author: { name: blog.author.name, link: blog.author.url }, ttl: 5,
    });
    for (const post of posts)
      feed.addItem({
        id: post.id, guid: post.id, link: post.url, title: post.title, description: post.summary, content: post.content_html,
        published: post.published, date: post.updated,
        author: post.authors.map((author) => ({ name: author.name, link: author.url })),
        category: post.tags.map((tag) => ({ name: tag, term: tag })),
      });
    return feed;
  },
  rss: (feed) => feed.rss2(),
  atom: (feed) => feed.atom1(),
  json: (feed) => feed.json1(),
};

const byFeedsmith = {
  values: () => null,
  rss: () => generateRssFeed({
    title: blog.title, link: blog.home_url, description: blog.description, language: blog.language, lastBuildDate: changed,
    ttl: 5, atom: { links: [{ href: rssUrl, rel: "self", type: "application/rss+xml" }] },
    items: posts.map((post) => ({
      title: post.title, link: post.url, guid: { value: post.id, isPermaLink: false }, pubDate: post.published,
      description: post.summary, content: { encoded: post.content_html },
      dc: { creators: post.authors.map((author) => author.name) },
      categories: post.tags.map((name) => ({ name })),
    })),
  }),
  atom: () => generateAtomFeed({
    id: blog.id, title: { value: blog.title }, subtitle: { value: blog.description }, updated: changed,
    links: [{ href: atomUrl, rel: "self", type: "application/atom+xml" }, { href: blog.home_url, rel: "alternate", type: "text/html" }],
    entries: posts.map((post) => ({
      id: post.id, title: { value: post.title }, published: post.published, updated: post.updated,
      links: [{ href: post.url, rel: "alternate", type: "text/html" }],
      authors: post.authors.map((author) => ({ name: author.name, uri: author.url })),
      categories: post.tags.map((term) => ({ term })), summary: { value: post.summary },
      content: { value: post.content_html, type: "html" },
    })),
  }),
  json: () => JSON.stringify(generateJsonFeed({
    title: blog.title, home_page_url: blog.home_url, feed_url: jsonUrl, description: blog.description, language: blog.language,
    items: posts.map((post) => ({
      id: post.id, url: post.url, title: post.title, summary: post.summary, content_html: post.content_html,
      date_published: post.published, date_modified: post.updated, tags: post.tags,
      authors: post.authors.map((author) => ({ name: author.name, url: author.url })),
    })),
  })),
};

const generator = { feed: byFeed, feedsmith: byFeedsmith }[library];
// Ours starts from values that are there; so does `feed`, whose Feed object is such values.
const values = generator.values();
// As the UTF-8 bytes that would be served: a string of V8 is not those yet.
const render = () => Buffer.from(generator[format](values)).length;
let size = 0;
for (let i = 0; i < Number(warm); ++i) size = render();
const before = process.cpuUsage();
for (let i = 0; i < Number(count); ++i) size = render();
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ seconds: (user + system) / 1e6 / Number(count), bytes: size }));
