/* How sessions end. Control thread. */
#pragma once

#include "sip/session/session.h"

/* What ends an established session, whatever else is under way: BYE, DISCONNECT, RELEASE, no media, no refresh. */
void ending_hear(struct session *s, uint32_t event, void *data);
/* The peer's BYE: 200, and LEG_RELEASE to the hub. */
void ending_by_peer(struct session *s, struct session_request *request);
/* The peer's limit of calls is its no more. */
void ending_uncount(struct session *s);
