/* May this new call come in? Asked with its INVITE before anything is kept of it, and of its peer before a call goes
 * out to it. Emergency calls are asked nothing but whether they run in a circle. */
#pragma once

#include "sip/agent/screen.h"
#include "sip/session/session.h"

/* An INVITE to an emergency number, or to the emergency service by its name (RFC 5031), whether one is configured or not. */
bool admission_is_cry(const struct sip *ground, const sip_t *sip);
/* An INVITE of no dialog, well-formed, from that peer; NULL: from who says to be a user of the registrar. */
struct screen_refusal admission_of_invite(struct sip *ground, struct peer *peer,
					  const struct sockaddr_storage *from, const sip_t *sip);
/* A request of no dialog from a user of the registrar, who has shown who it is: may that user? */
struct screen_refusal admission_of_user(struct sip *ground, struct peer *guest, const sip_t *sip);
/* One to who has these limits: 0, or the Q.850 cause with *why. */
unsigned admission_of_setup(struct limits *limits, const struct guard_peer_config *config,
			    const struct leg_setup *setup, const char **why);
