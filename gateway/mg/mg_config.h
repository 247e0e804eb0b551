/* The configuration of media, as a value. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "rtp/jitter.h"

struct config_section;

struct mg_config {
	uint16_t port_first, port_last; /* RTP on even ports, RTCP on the odd ones above them */
	char address[46];               /* to bind to; empty: chosen by the route to the peer */
	uint8_t dscp;                   /* 0..63; 46 is EF */
	struct jitter_config jitter;
	int line;
};

extern const struct config_section media_section;
