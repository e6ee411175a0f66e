// The resources of SPEC §1, one file each: each function answers one method of one path. The router has checked path,
// method, side and, on a development hub, where the request comes from.
#pragma once

#include "api/call.hpp"

namespace tidings::api {

void post_sse_token(Call call);         // sse_token.cpp, §1.1
void post_session(Call call);           // session.cpp, §1.2
void get_stream(Call call);             // stream.cpp, §1.3; HEAD too
void post_connection_token(Call call);  // connection_token.cpp, §1.4
void post_events(Call call);            // publish.cpp, §1.5
void get_cursor(Call call);             // cursor.cpp, §1.6
void get_connections(Call call);        // connections.cpp, §1.7
void delete_connections(Call call);     // connections.cpp: a user's
void delete_connection(Call call);      // connections.cpp: one
void get_presence(Call call);           // presence.cpp
void get_health(Call call);             // health.cpp
void get_readiness(Call call);          // health.cpp
void get_metrics(Call call);            // metrics.cpp
void get_openapi(Call call);            // openapi.cpp
void get_demo(Call call);               // demo.cpp: the page and what it loads
void post_dev_token(Call call);         // dev_token.cpp

}  // namespace tidings::api
