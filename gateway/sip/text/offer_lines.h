/* Session descriptions before Sofia-SIP's parser sees them. Pure. */
#pragma once

#include <stddef.h>

#include "sip/text/offer.h"

enum { OFFER_PROTO_MAX = 24 };

/* What the m= lines name as their protocol. */
struct offer_lines {
	size_t n; /* lines; of those beyond OFFER_STREAMS nothing is kept */
	struct {
		enum offer_profile profile;
		char proto[OFFER_PROTO_MAX];
	} streams[OFFER_STREAMS];
};

/* text with every profile of RTP written as RTP/AVP, the one whose formats Sofia-SIP 1.12.11 reads as payload types;
 * out is of len octets at least and not terminated. Returns its length, or 0 when an m= line is no such line. */
size_t offer_lines_read(const char *text, size_t len, struct offer_lines *lines, char *out);
