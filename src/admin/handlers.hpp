// What the routes do (routes.cpp), a function each; docs/openapi.json says what each takes and
// gives.
#pragma once
#include "api_call.hpp"

namespace sosik::admin {

Result<ApiAnswer> list_posts(const ApiCall&);
Result<ApiAnswer> create_post(const ApiCall&);
Result<ApiAnswer> get_post(const ApiCall&);
Result<ApiAnswer> put_post(const ApiCall&);
Result<ApiAnswer> delete_post(const ApiCall&);

Result<ApiAnswer> list_events(const ApiCall&);

Result<ApiAnswer> list_deliveries(const ApiCall&);
Result<ApiAnswer> get_delivery(const ApiCall&);
Result<ApiAnswer> replay_delivery(const ApiCall&);
Result<ApiAnswer> replay_deliveries(const ApiCall&);

Result<ApiAnswer> list_endpoints(const ApiCall&);
Result<ApiAnswer> create_endpoint(const ApiCall&);
Result<ApiAnswer> get_endpoint(const ApiCall&);
Result<ApiAnswer> put_endpoint(const ApiCall&);
Result<ApiAnswer> delete_endpoint(const ApiCall&);
Result<ApiAnswer> rotate_endpoint(const ApiCall&);
Result<ApiAnswer> revoke_previous_secret(const ApiCall&);
Result<ApiAnswer> enable_endpoint(const ApiCall&);
Result<ApiAnswer> disable_endpoint(const ApiCall&);
Result<ApiAnswer> recover_endpoint(const ApiCall&);

Result<ApiAnswer> list_feeds(const ApiCall&);
Result<ApiAnswer> take_hook(const ApiCall&);
Result<ApiAnswer> get_openapi(const ApiCall&);

}  // namespace sosik::admin
