#include "page.hpp"
#include "sosik/render/html.hpp"

namespace sosik {

std::string render_error_page(int status, std::string_view title, std::string_view text,
                              std::string_view base_path) {
  HtmlWriter page;
  begin_page(page, "ko", title, base_path);
  page.empty("meta", {{"name", "robots"}, {"content", "noindex"}});
  begin_body(page);
  page.open("main", {{"id", "main"}}).line();
  page.open("p", {{"class", "status"}}).text(std::to_string(status)).close().line();
  page.element("h1", {}, title).line();
  page.element("p", {}, text).line();
  page.open("p")
      .element("a", {{"href", std::string(base_path) + "/"}}, "← 첫 페이지로")
      .close()
      .line();
  page.close().line();
  return page.finish();
}

}  // namespace sosik
