/* Where the requests of a dialog go when its first Route, or its remote target, is a name: the place that it leads to (RFC
 * 3263), looked up by our own resolver, and again whenever the DNS says that it may have changed (struct way). So each request
 * goes to a literal address. Until it is known, and when the name leads nowhere, they go to where the other side was heard
 * from; when it leads nowhere any more, to where it led. Control thread. */
#pragma once

#include "sip/session/session.h"

/* The dialog's route or target is another one, or there for the first time. */
void way_learn(struct session *s);
/* This response to the INVITE at hand makes a dialog, is to be acknowledged by a request in it, and its place is being looked
 * up: it comes to the state machine later. */
bool way_holds(struct session *s, const sip_t *sip);
/* The name leads there, or the dialog was made from there. */
bool way_leads_to(const struct session *s, const struct sockaddr_storage *from);
/* NULL: nta finds it by itself: an address, or the hop that all of ours to the peer go by. */
char *way_route(struct session *s);
/* What names the socket that the call was made by, if that is kept for old calls alone (sockets.h); NULL: it is not. */
const char *way_socket(const struct session *s);
void way_stop(struct session *s);

/* Tags of each request in the dialog. */
#define WAY_TAGS(s)                                                                                \
	TAG_IF(way_route(s), NTATAG_DEFAULT_PROXY(way_route(s))), PEER_TAGS((s)->peer),            \
		TAG_IF(way_socket(s), TPTAG_IDENT(way_socket(s)))
