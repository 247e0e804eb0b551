/* Who calls, who is called, who answered and who diverted: a session's headers that say so, and what the peer's say to
 * the hub; user-user information with them. What is believed and told is the peer's configuration. Control thread. */
#pragma once

#include "sip/session/session.h"

enum { IDENTITY_URI_MAX = 1024, IDENTITY_HEADERS_MAX = 4096 };

struct identity_invite {
	char request_uri[IDENTITY_URI_MAX], to[IDENTITY_URI_MAX], from[IDENTITY_URI_MAX];
	char contact[SESSION_CONTACT_MAX];
	char headers[IDENTITY_HEADERS_MAX]; /* whole header lines, "" for none */
};

/* UAC: the INVITE of s->setup, and of the user-user information told with it. */
/* That number as the peer would be called at it. */
void identity_write_uri(const struct session *s, const char *number,
			char out[static IDENTITY_URI_MAX]);
void identity_write_invite(const struct session *s, struct identity_invite *out);
/* Header lines of a response to the INVITE: who answers, and user-user information, as last told. Returns out, ""
 * for none. */
const char *identity_write_answer(const struct session *s, char out[static IDENTITY_HEADERS_MAX]);
/* Header lines of a later request of ours within the dialog: who the far party is now. */
const char *identity_write_party(const struct session *s, char out[static IDENTITY_HEADERS_MAX]);
/* The same of what ends the call: BYE, and final responses but 2xx. */
const char *identity_write_end(const struct session *s, char out[static IDENTITY_HEADERS_MAX]);
/* A verb that the hub tells: what it carries is kept for the messages that come of it. */
void identity_keep(struct session *s, const struct leg_msg *msg);

/* UAS: the numbers and names of an INVITE. 0, or the status that refuses it. */
int identity_read_invite(const struct peer *peer, const sip_t *sip, struct leg_setup *setup);
/* INVITE or REFER: who has it placed, if the peer's word for who calls is believed. */
void identity_read_referrer(const struct peer *peer, const sip_t *sip, struct leg_setup *setup);
/* Any message of the peer: its user-user information into msg, unless it has none. */
void identity_read_uui(const struct session *s, const sip_t *sip, struct leg_msg *msg);
/* UAC: what a response says of who answers, and its user-user information. */
void identity_read_answer(struct session *s, const sip_t *sip, struct leg_msg *msg);
/* A later request of the peer's: somebody else is there now, and the hub is told so. */
void identity_hear_party(struct session *s, const sip_t *sip);
