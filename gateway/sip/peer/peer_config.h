/* The configuration of one peer, as a value: a struct for each thing that can be said of it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/target.h"
#include "sip/guard/guard_config.h"
#include "sip/peer/authenticate_config.h"
#include "sip/peer/credentials_config.h"
#include "sip/peer/path_config.h"
#include "sip/peer/session_policy.h"
#include "sip/peer/identity_config.h"
#include "sip/text/cause_map.h"
#include "sip/text/numbering.h"
#include "sip/peer/register_config.h"
#include "sip/peer/transfer_policy.h"
#include "sip/text/offer.h"

enum { PEER_NAME_MAX = 32 };

struct peer_config {
	char name[PEER_NAME_MAX];
	char address
		[HOP_HOST_MAX]; /* host name or address: where its requests come from and ours go to */
	uint16_t port;          /* of ours to it; 0: the transport's, or what SRV says of a name */
	bool any_port;          /* requests are its own whatever their source port (default) */
	bool trusted; /* its Reason header and identity are believed (RFC 3325, RFC 6432) */
	struct path_config path;
	struct guard_peer_config guard;
	struct offer_policy media;
	struct credentials_config auth[CREDENTIALS_MAX]; /* a realm once */
	struct register_config registration;
	struct authenticate_config authenticate;
	struct session_policy session;
	struct number_translations translations; /* of calls from it and to it */
	struct number_policy numbers;
	struct identity_policy identity;
	struct cause_rules causes;
	struct transfer_policy transfer;
	/* OPTIONS keep-alive interval; 0: none, its state is unknown and calls go to it */
	unsigned options_s;
	int line;
};
