/* The uri that a digest signs, beside the Request-URI that came (RFC 7616 3.4.6). Pure. */
#pragma once

#include <stdbool.h>

#include <sofia-sip/url.h>

/* Do they name the same user? Proxies on the way may have changed the rest (RFC 3261 22.4): scheme, host, port, parameters
 * count for nothing, and who signs no user, or was sent to none, has named no other. False also for what is no URI. */
bool request_uri_same_user(const char *signed_uri, const url_t *url);
