/* The configuration of SIP and its peers, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codecs/codec.h"

struct config_section;

enum { PEER_NAME_MAX = 32, PEER_CODECS = 4 };

struct peer_config {
	char name[PEER_NAME_MAX];
	char address[46];     /* IPv4 or IPv6: where its requests come from and ours go to */
	uint16_t port;        /* of ours to it; 5060 */
	bool any_port;        /* requests are its own whatever their source port (default) */
	bool trusted;         /* its Reason header and identity are believed (RFC 3325, RFC 6432) */
	bool telephone_event; /* offered and accepted (default) */
	enum codec_id codecs[PEER_CODECS]; /* in order of preference */
	size_t n_codecs;
	unsigned ptime_ms; /* 20 */
	/* OPTIONS keep-alive interval; 0: none, its state is unknown and calls go to it */
	unsigned options_s;
	int line;
};

struct sip_config {
	char address[46]; /* to listen on, UDP; */
	uint16_t port;
	unsigned timer_b_ms;  /* RFC 3261 17.1.1.2: 64*T1 */
	unsigned no_answer_s; /* INVITE from us unanswered: CANCEL and cause 19; 180 */
	struct peer_config *peers;
	size_t n_peers;
	int line;
};

extern const struct config_section sip_section;
