#include "stored_post.hpp"

namespace sosik::admin {

Result<std::optional<Post>> stored_post(const ApiCall& call, std::string_view id) {
  auto post = call.store.read_post(call.site.id, id);
  if (post) return std::optional(*std::move(post));
  if (post.error().code == Errc::not_found) return std::optional<Post>();
  return post.error();
}

}  // namespace sosik::admin
