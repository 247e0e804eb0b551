/* How messages travel to a peer, as a value. */
#pragma once

#include <stdbool.h>

#include "sip/agent/resolver.h"
#include "sip/agent/sockets.h"
#include "sip/agent/tls_config.h"

struct path_config {
	enum transport transport; /* of our requests; udp */
	/* name of the socket that they leave from; "": the first of the transport and family */
	char local[SOCKET_NAME_MAX];
	/* TLS: the certificate that it shows is of that name (RFC 5922 7.1); "": of its address */
	char certificate_name[TLS_NAME_MAX];
	bool by_certificate; /* requests are its own if that certificate came with them, whatever their address */
	char proxy
		[HOP_HOST_MAX]; /* requests go there, whatever they ask for; "": to the peer's address */
	uint16_t proxy_port;  /* 0: not said */
	bool any_transport;   /* the transport of names is what the DNS says (RFC 3263 4.1) */
	unsigned failover_s;  /* silence of one place after which the next is tried; 4 */
	unsigned keepalive_s; /* between pings (RFC 5626 4.4); 0: none */
	bool only_udp; /* requests stay on UDP however long they are (RFC 3261 18.1.1 wants TCP) */
};
