#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "sosik/net/http_client.hpp"

namespace sosik {

OutboundResult send_and_wait(OutboundRequest request, const OutboundOptions& options) {
  OutboundOptions one_exchange = options;
  one_exchange.keep_alive.reset();
  boost::asio::io_context context(1);
  const auto client = make_http_client(context, one_exchange);
  auto answer =
      boost::asio::co_spawn(context, client->send(std::move(request)), boost::asio::use_future);
  context.run();
  return answer.get();
}

}  // namespace sosik
