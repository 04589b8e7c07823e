#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "sosik/net/http_client.hpp"

namespace sosik {

OutboundResult send_and_wait(OutboundRequest request, const OutboundOptions& options) {
  boost::asio::io_context context(1);
  const auto client = make_http_client(context, options);
  auto answer =
      boost::asio::co_spawn(context, client->send(std::move(request)), boost::asio::use_future);
  context.run();
  return answer.get();
}

}  // namespace sosik
