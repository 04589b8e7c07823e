// An endpoint as the API's clients write and read it. Its secret is no part of it.
#pragma once
#include "delivery_json.hpp"
#include "fields.hpp"
#include "sosik/model/target.hpp"

namespace sosik::admin {

constexpr std::size_t max_endpoint_headers = 20;

// The values of headers may be secrets of others and are not shown: null stands for each.
Json endpoint_to_json(const Endpoint&, const TargetState* state, Sight, Timestamp now);

// The endpoint that the object describes; a header that is null keeps the value it has in `stored`.
Endpoint endpoint_from_json(const Json&, const ApiContext&, const Endpoint* stored, FieldErrors&);

}  // namespace sosik::admin
