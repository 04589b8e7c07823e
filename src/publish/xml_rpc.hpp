// The little of XML-RPC that weblogUpdates needs: calls with string parameters out, one reply in.
// Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/result.hpp"

namespace sosik {

// ASCII only: & < > escaped, every other character as a numeric reference (N-092). Parameters are
// valid UTF-8.
std::string xml_rpc_call(std::string_view method, const std::vector<std::string>& parameters);

struct XmlRpcReply {
  struct Fault {
    int code = 0;
    std::string text;
    // -32601 (the interoperability codes) or its words.
    bool is_method_not_found() const;
  };
  std::optional<Fault> fault;
  bool is_error = true;  // flerror
  std::string message;   // one clean line
};

// Fails (invalid) on what is not well formed, declares a document type (entities, N-094), or holds
// neither fault nor flerror.
Result<XmlRpcReply> parse_xml_rpc_reply(std::string_view body);

}  // namespace sosik
