/* How long an answer of DNS may be kept. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Seconds: the shortest of its records' (RFC 2181 5.2), and of one that has none, what its SOA says (RFC 2308 5);
 * UINT_MAX: it does not say, 0: not at all, or it is no whole DNS message. */
unsigned dns_ttl(const uint8_t *octets, size_t len);
