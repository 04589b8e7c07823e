#include "sosik/model/target.hpp"

namespace sosik {

Target target_of(const Endpoint& endpoint) {
  Target target;
  target.kind = TargetKind::webhook;
  target.name = "webhook:" + endpoint.id;
  target.url = endpoint.url;
  target.filter = endpoint.filter;
  target.is_full = endpoint.is_full;
  target.headers = endpoint.headers;
  return target;
}

}  // namespace sosik
