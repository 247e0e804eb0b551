/* What a session does besides its call, as it keeps it: digits on their way to the peer (info.h), transfers that the peer
 * asks for (refer.h), where 3xx responses led (redirect.h). */
#pragma once

#include "call/leg.h"
#include "sip/agent/nta.h"

struct overlap;
struct receiving;
struct redirect;
struct refer;

struct info {
	char queue[33];          /* that wait */
	nta_outgoing_t *request; /* INFO under way */
	bool playing;            /* the media gateway plays some */
};

struct turns {
	struct refer *refer;               /* NULL: none was asked for */
	struct redirect *redirect;         /* UAC: NULL: nowhere */
	char moved_to[LEG_DIGITS_MAX + 1]; /* UAC: where the hub is to look, with cause 23 */
};
