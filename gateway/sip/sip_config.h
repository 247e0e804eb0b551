/* The configuration of SIP and its peers, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip/agent/sockets.h"
#include "sip/agent/tls_config.h"
#include "sip/guard/guard_config.h"
#include "sip/peer/peer_config.h"

struct config_list;
struct config_section;

struct sip_config {
	char address
		[46]; /* to listen on, UDP and, if the port is free there, TCP; "": on listens alone */
	uint16_t port;
	char name[SOCKET_NAME_MAX];                /* of these two; "": none */
	bool named_listens;                        /* address is not the default any more */
	struct socket_config listens[SOCKETS_MAX]; /* more sockets */
	size_t n_listens;
	struct cause_rules causes; /* for all peers, after each one's own */
	struct tls_config tls;
	char dns_server[46]; /* that names of peers are asked of; "": those of the system */
	uint16_t dns_port;
	unsigned timer_b_ms;  /* RFC 3261 17.1.1.2: 64*T1 */
	unsigned no_answer_s; /* INVITE from us unanswered: CANCEL and cause 19; 180 */
	struct guard_config guard;
	struct peer_config *peers;
	size_t n_peers;
	int line;
};

extern const struct config_section sip_section;
