/* The octets of signalling messages, the newest ones in so much memory: a ring in which each message has a number, and
 * is gone once newer ones have taken its place. What reads them (time lines, captures) keeps numbers alone. Control
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An end of an IP message. */
struct message_end {
	uint8_t family; /* 4, 6; 0: not known */
	uint16_t port;
	uint8_t address[16]; /* in network order; of IPv4 the first four */
};

enum message_kind { MESSAGE_SIP, MESSAGE_ISDN };

struct message {
	uint8_t kind;     /* enum message_kind */
	bool sent;        /* by us */
	bool network;     /* of ISDN: we are the network side */
	uint8_t protocol; /* of SIP: IP's number, 17 UDP, 6 TCP (and TLS) */
	struct message_end here, there;
	int64_t wall_us;       /* since 1970 */
	const uint8_t *octets; /* SIP: the text; ISDN: Q.921 frame without FCS */
	size_t len, whole;     /* kept; as it was */
};

enum { MESSAGE_LEN_MAX = 8192 }; /* octets of a message that are kept */

struct messages;

/* size: octets in all. NULL without memory, and of less than 64 KiB. from: 0, or messages_end() of the ring whose place this
 * one takes: none of that one's numbers is one of this one's. */
struct messages *messages_new(void *talloc_ctx, size_t size, uint64_t from);
/* All numbers that it has given are at most this. */
uint64_t messages_end(const struct messages *messages);
/* The message's number, never 0. messages may be NULL: 0 then. */
uint64_t messages_put(struct messages *messages, const struct message *message);
/* out->octets is good until the next put. False: it is gone, or never was. */
bool messages_get(const struct messages *messages, uint64_t number, struct message *out);
