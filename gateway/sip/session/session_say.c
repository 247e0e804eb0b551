/* What a session says to the hub, with what the peer's messages say of who sends them. */
#include "sip/session/identity.h"

#include <string.h>

void session_say_all(struct session *s, const struct leg_msg *msg)
{
	if (s->leg.call)
		call_hears(s->ground->hub, &s->leg, msg);
}

void session_say(struct session *s, enum leg_verb verb, bool inband)
{
	const struct leg_msg msg = {
		.verb = (uint8_t)verb,
		.law = s->ex.theirs.n_formats ? (uint8_t)offer_law(s->rtp.codec) : LEG_LAW_ANY,
		.inband = inband,
	};

	session_say_all(s, &msg);
}

void session_say_heard(struct session *s, enum leg_verb verb, bool inband, const sip_t *sip)
{
	struct leg_msg msg = {
		.verb = (uint8_t)verb,
		.law = s->ex.theirs.n_formats ? (uint8_t)offer_law(s->rtp.codec) : LEG_LAW_ANY,
		.inband = inband,
	};

	identity_read_answer(s, sip, &msg);
	session_say_all(s, &msg);
}

void session_say_release(struct session *s)
{
	struct leg_msg msg = {
		.verb = LEG_RELEASE,
		.cause = s->cause,
		.location = s->location,
	};

	memcpy(msg.moved_to, s->turns.moved_to, sizeof(msg.moved_to));
	if (s->heard_uui)
		msg.uui = *s->heard_uui;
	session_say_all(s, &msg);
}

void session_keep(struct session *s, const struct leg_msg *msg)
{
	identity_keep(s, msg);
}
