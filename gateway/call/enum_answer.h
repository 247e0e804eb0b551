/* Telephone numbers in DNS (ENUM, RFC 6116): the name that a number has there, and where its NAPTR records lead. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct lookup_answer;
struct lookup_config;

/* "3.2.1.e164.arpa" of 123. 0, or -EINVAL: digits alone have a name, or -ENOSPC. */
int enum_name(const char *digits, const char *suffix, char *out, size_t size);
/* The best record of service E2U+sip with an address that the look-up has a peer for: the number there, and that peer.
 * LOOKUP_NOTHING where there is none. octets: a DNS message. */
void enum_answer_read(const uint8_t *octets, size_t len, const char *digits,
		      const struct lookup_config *config, struct lookup_answer *out);
