/* Requests that belong to no dialog: who may send them, and what becomes of them. And who sends those that belong to one. */
#pragma once

#include "sip/agent/screen.h"
#include "sip/session/session.h"

/* As a screen (screen.h), with a struct sip as data. */
bool request_welcome(void *data, const struct sockaddr_storage *from, const char *line);
bool request_malformed(void *data, const struct sockaddr_storage *from);
struct screen_refusal request_judge(void *data, const struct sockaddr_storage *from,
				    const sip_t *sip);
int request_accept(void *data, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip);

/* Who sends this request to the peer's session, with that remote target, shows who it is, if it has to. 0: it may go on; else
 * the status that the request was, or is to be, answered with. */
int request_authenticate(struct sip *ground, struct peer *peer, nta_incoming_t *irq,
			 const sip_t *sip, const url_t *target);
