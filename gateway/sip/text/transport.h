/* What carries SIP messages (RFC 3261 18), by name. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_TLS, TRANSPORTS };

/* "udp": as in a URI's transport parameter, in our configuration, and to Sofia-SIP. */
const char *transport_name(enum transport transport);
/* By that name, whatever its case. False when it is none; out is unchanged then. */
bool transport_parse(const char *name, enum transport *out);
/* 5060, or 5061 of TLS (RFC 3261 19.1.2). */
uint16_t transport_port(enum transport transport);
/* ";transport=tcp", or "" of UDP, which is what a URI means that says nothing. */
const char *transport_param(enum transport transport);
