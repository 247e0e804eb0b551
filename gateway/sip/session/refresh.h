/* Session timers (RFC 4028): a session that nobody refreshes in time is over, so that no line is held by a peer
 * that is gone. Either side refreshes; we do it by modify.h. Control thread. */
#pragma once

#include "sip/session/session.h"

enum { REFRESH_HEADERS_MAX = 128 };

/* UAS: is what the request asks for less than we bear, and can its sender do better (RFC 4028 9)? */
bool refresh_is_too_short(const struct peer *peer, const sip_t *sip);
/* 422 with Min-SE; returns it. */
int refresh_refuse(const struct peer *peer, nta_incoming_t *irq);
/* UAS: agrees with the request and starts the timer; the header lines of the 2xx, "" for none. */
void refresh_answer(struct session *s, const sip_t *sip, char out[static REFRESH_HEADERS_MAX]);

/* UAC: the header lines of an INVITE, re-INVITE or UPDATE, "" for none. */
void refresh_ask(const struct session *s, char out[static REFRESH_HEADERS_MAX]);
/* UAC: as the 2xx has it. */
void refresh_agreed(struct session *s, const sip_t *sip);
/* UAC: a 422 says what would do. False: it does not, or nothing that we bear. */
bool refresh_learn_minimum(struct session *s, const sip_t *sip);

void refresh_stop(struct session *s);
