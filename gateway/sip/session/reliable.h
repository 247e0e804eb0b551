/* Provisional responses of ours that must arrive (RFC 3262 3). nta sends each again until its PRACK comes, and
 * gives up after 64*T1; here no second one is sent before. Control thread. */
#pragma once

#include "sip/session/session.h"

/* Can those to this INVITE be? */
bool reliable_possible(const struct peer *peer, const sip_t *sip);
/* 421: the peer is one that we speak to only so (RFC 3262 3); else 0. */
int reliable_check(const struct peer *peer, const sip_t *sip);
/* Sends one; none is waited for. sdp NULL: none. False: it could not be sent. */
bool reliable_send(struct session *s, int status, const char *sdp);
/* EV_PRACK in ST_INCOMING: answered, whatever it brings. False: our offer was in the response and this is no
 * answer to it. */
bool reliable_take_prack(struct session *s, struct session_request *request);
