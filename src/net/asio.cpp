// Asio and Beast, instantiated once: BOOST_ASIO_SEPARATE_COMPILATION, and Beast's own of that kind.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
