/* What is counted of TLS. A value. */
#pragma once

#include <stdint.h>

struct tls_totals {
	unsigned now;                 /* connections */
	uint64_t accepted, connected; /* handshakes done */
	uint64_t failed, unverified;  /* not done; of them, because of a certificate */
	unsigned names;               /* of servers that are expected */
};
