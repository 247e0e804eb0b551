/* Asks an HTTP server, or tells it something, and waits for nobody: libcurl in the control thread's loop. No redirect
 * is followed, no proxy of the environment used, no connection or answer without a bound. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct fetch;

enum { FETCH_HEADERS_MAX = 8, FETCH_ERROR_MAX = 96 };

struct fetch_request {
	const char *url;                        /* http or https */
	const char *body;                       /* POST, JSON; NULL: GET */
	size_t len;                             /* of body, octets */
	const char *headers[FETCH_HEADERS_MAX]; /* "Name: value", up to the first NULL */
	unsigned timeout_ms;                    /* for all of it */
	size_t max_octets;                      /* of the answer's body; a longer one is an error */
};

struct fetch_answer {
	unsigned status; /* of HTTP; 0: there is no whole answer */
	bool timed_out;
	char error[FETCH_ERROR_MAX]; /* with status 0: why, a few words */
	const char *body;            /* ends with an octet 0 that len does not count */
	size_t len;
};

/* done is called once, from the loop, and the fetch is over then. NULL: no memory, or it is no URL. What the request
 * points to is copied. */
struct fetch *fetch_start(const struct fetch_request *request,
			  void (*done)(void *data, const struct fetch_answer *), void *data);
/* Before done was called; it is not called then. NULL does nothing. */
void fetch_cancel(struct fetch *fetch);

/* Whether text is an http or https URL that fetch_start takes, without a user or password in it. */
bool fetch_is_url(const char *text);
/* Connections that were kept open are closed; at stop, when no fetch is left. */
void fetch_stop(void);
