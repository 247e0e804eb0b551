/* How messages travel to a peer, as a value. */
#pragma once

#include <stdbool.h>

#include "sip/agent/sockets.h"

struct path_config {
	enum transport transport; /* of our requests; udp */
	/* name of the socket that they leave from; "": the first of the transport and family */
	char local[SOCKET_NAME_MAX];
	bool only_udp; /* requests stay on UDP however long they are (RFC 3261 18.1.1 wants TCP) */
};
