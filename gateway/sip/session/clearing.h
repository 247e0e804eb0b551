/* Why a session ends: Q.850's cause to and from statuses, Reason headers and the peer's own rules. Control thread. */
#pragma once

#include "sip/session/session.h"
#include "sip/text/cause_map.h"

/* The final response that refuses an INVITE for s->cause. */
int clearing_status(const struct session *s);
/* The value of a Reason header that tells s->cause (16 if there is none yet). */
void clearing_write(const struct session *s, char *out, size_t size);
/* A BYE or CANCEL of the peer: the cause that it names, if that is believed, else normal clearing by the user; and its
 * user-user information. */
void clearing_hear(struct session *s, const sip_t *sip);
/* A final response to our INVITE. RFC 6432: a Q.850 Reason that is believed goes before the status. */
struct cause_map_cause clearing_hear_response(struct session *s, const sip_t *sip);
