/* How we register with a peer, as a value. */
#pragma once

#include <stdbool.h>

enum { REGISTER_TEXT_MAX = 64, REGISTER_TRUNK_MAX = 32 };

struct register_config {
	char user[REGISTER_TEXT_MAX];   /* our address of record there; "": we do not register */
	char domain[REGISTER_TEXT_MAX]; /* of it; "": the peer's address */
	unsigned expires_s;             /* asked for; 3600 */
	bool outbound;                  /* +sip.instance and reg-id (RFC 5626) */
	char while_trunk[REGISTER_TRUNK_MAX]; /* only while this trunk is up; "": always */
};
