/* Sessions from birth to end: their state machine as one table. Owner of every session. Control thread. */
#pragma once

#include "sip/session/session.h"

/* RFC 3261 8.2.2.2: does this INVITE come by another path while it is being served? Sofia's own check refuses what
 * comes again after a final response too, as proxies that hunt for another way send it. */
bool dialog_is_merged(const struct sip *ground, const sip_t *sip);
/* For an INVITE that uas_check() let through, its transaction given to the session. NULL: no memory. */
struct session *dialog_incoming(struct sip *ground, struct peer *peer, nta_incoming_t *irq,
				const sip_t *sip);
/* Another INVITE of the same Call-ID takes the place of the session's, which is answered 484: another dialog, too. False:
 * no memory, and the INVITE is there to be refused. */
bool dialog_goes_on(struct session *s, nta_incoming_t *irq, const sip_t *sip);
/* For target.seize: a session that awaits LEG_SETUP. */
struct session *dialog_outgoing(struct sip *ground, struct peer *peer);
/* Lets go of everything at once, with a BYE if there is somebody to hear it. */
void dialog_free(struct session *s);
