/* Who calls, who is called and who answered: a session's headers that say so, and what the peer's say to the hub.
 * What is believed and told is the peer's configuration. Control thread. */
#pragma once

#include "sip/session/session.h"

enum { IDENTITY_URI_MAX = 400, IDENTITY_HEADERS_MAX = 512 };

struct identity_invite {
	char request_uri[IDENTITY_URI_MAX], to[IDENTITY_URI_MAX], from[IDENTITY_URI_MAX];
	char headers[IDENTITY_HEADERS_MAX]; /* whole header lines, "" for none */
};

/* UAC: the INVITE of s->setup. */
void identity_write_invite(const struct session *s, struct identity_invite *out);
/* UAS: header lines that say who answers; who NULL: not said. Returns out, "" for none. */
const char *identity_write_answer(const struct session *s, const struct leg_party *who,
				  char out[static IDENTITY_HEADERS_MAX]);

/* UAS: the numbers and names of an INVITE. 0, or the status that refuses it. */
int identity_read_invite(const struct peer *peer, const sip_t *sip, struct leg_setup *setup);
