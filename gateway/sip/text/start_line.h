/* First lines of requests. Sofia-SIP drops in silence a request whose first line it cannot parse; RFC 3261
 * 16.3 and RFC 4475 want 400. With this parser they arrive like others, and start_line_status() tells. What
 * is not even of the form METHOD ... SIP/n.n stays garbage. Pure. */
#pragma once

#include <stdbool.h>

#include <sofia-sip/sip.h>

/* Of type msg_parse_f, for the class of request lines. -1: garbage. */
issize_t start_line_parse(su_home_t *home, msg_header_t *header, char *line, isize_t len);

/* 400: the Request-URI could not be read; 505: it is of another version; 0: neither. Of a request. */
int start_line_status(const sip_t *sip);
