/* The HTTP server: libmicrohttpd without a thread of its own, in the control loop by its epoll descriptor, so that
 * whatever answers may look at every layer. One for the program. Control thread. */
#pragma once

struct config_report;
struct gateway;
struct http_config;

/* Serves as configured from now on; connections stay if what they hang on did not change. 0, or -errno with the
 * reason in the report, and there is no server then. A certificate that cannot be read is an alarm, not an error:
 * there is a server once it can. What could not be served is tried again every few seconds, and by the next call. */
int http_apply(struct gateway *gateway, const struct http_config *config,
	       struct config_report *report);
void http_stop(void);
