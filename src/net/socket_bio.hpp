// OpenSSL's own way to a socket raises SIGPIPE when the peer has gone, which a library must not
// leave to whoever uses it. This one does not.
#pragma once
#include <openssl/bio.h>

namespace sosik {

// Reads and writes `socket`, which stays the caller's. Null when there is no memory.
BIO* make_socket_bio(int socket);

}  // namespace sosik
