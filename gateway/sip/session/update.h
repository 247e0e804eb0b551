/* UPDATE from the peer, in early and established dialogs (RFC 3311). Control thread. */
#pragma once

#include "sip/session/session.h"

/* EV_UPDATE in every state that has a dialog: answered. */
void update_take(struct session *s, struct session_request *request);
