/* Every whole message of SIP, as it came or as it goes, for who wants to see it. Of the process; control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/tport.h>

#include "sip/agent/nta.h"
#include "sip/text/transport.h"

enum { TAP_PIECES_MAX = 160 };

struct tap_message {
	bool sent;
	const sip_t *sip;
	struct sockaddr_storage here, there; /* family 0: not known */
	enum transport transport;
	/* The text, in pieces: n of them. */
	const msg_iovec_t *pieces;
	size_t n;
};

/* NULL: nobody wants to. The message is good for as long as the function runs. */
void tap_watch(void (*on_message)(void *data, const struct tap_message *message), void *data);

/* For mends.c: what Sofia-SIP is about to deliver, or to send. */
void tap_received(tport_t *tport, msg_t *msg);
void tap_sent(tport_t *tport, msg_t *msg);
