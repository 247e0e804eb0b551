/* What is believed of a peer, and what it is told of callers, as a value. Zero is the default everywhere: what
 * `trusted` says. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sip/text/numbering.h"

enum trust_subject {
	TRUST_IDENTITY,  /* P-Asserted-Identity, Remote-Party-ID (RFC 3325) */
	TRUST_REASON,    /* the Q.850 cause of a Reason header (RFC 6432) */
	TRUST_DIVERSION, /* Diversion, History-Info (RFC 5806, RFC 7044) */
	TRUST_ROUTING,   /* rn, npdi, cic of a called number (RFC 4694) */
	TRUST_SUBJECTS
};
enum trust_word { TRUST_AS_PEER, TRUST_YES, TRUST_NO };
enum identity_header {
	IDENTITY_AS_PEER, /* P-Asserted-Identity to who is trusted, else none */
	IDENTITY_PAI,
	IDENTITY_RPID,
	IDENTITY_PPI,
	IDENTITY_NONE
};
enum diversion_header { DIVERSION_DIVERSION, DIVERSION_HISTORY, DIVERSION_NONE };

struct identity_policy {
	uint8_t trust[TRUST_SUBJECTS]; /* enum trust_word */
	uint8_t send_identity;         /* enum identity_header */
	uint8_t send_privacy; /* enum trust_word: restricted numbers are told, and marked */
	bool send_location;   /* with the cause of a Reason header (RFC 8606) */
	uint8_t diversion;    /* enum diversion_header */
	bool no_uui;          /* User-to-User is neither sent nor heard (RFC 7433) */
	char trunk_context[NUMBER_CONTEXT_MAX]; /* RFC 4904: of our trunks' names; "": not used */
};
