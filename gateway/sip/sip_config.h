/* The configuration of SIP and its peers, as a value. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sip/peer/peer_config.h"

struct config_list;
struct config_section;

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
