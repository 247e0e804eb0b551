/* A BYE ends the call, and the dialog with it, unless a transfer that was asked for in it has no outcome yet: then the dialog
 * goes on for that subscription alone (RFC 5057 4), and for no longer than it was said to last. */
#include "sip/session/ending.h"

#include "sip/session/clearing.h"
#include "sip/session/refer.h"

enum { T_FINISH = -1, T_TELLING = -5 };
enum { FINISH_MS = 1 /* the end comes from the loop, above nobody's frame */, MS_PER_S = 1000 };

void ending_uncount(struct session *s)
{
	if (s->counted)
		--*s->counted;
	s->counted = NULL;
}

void session_close(struct session *s)
{
	session_media_drop(s);
	if (s->media == MEDIA_GOING) {
		session_go(s, ST_CLOSING);
	} else if (refer_lives(s)) {
		ending_uncount(s);
		session_go_timed(s, ST_TELLING, REFER_EXPIRES_S * MS_PER_S, T_TELLING);
	} else {
		session_go_timed(s, ST_GONE, FINISH_MS, T_FINISH);
	}
}

void ending_by_peer(struct session *s, struct session_request *request)
{
	request->status = 200;
	clearing_hear(s, request->sip);
	session_close(s);
	session_say_release(s);
}

void ending_hear(struct session *s, uint32_t event, void *data)
{
	const struct leg_msg *msg = data;

	switch (event) {
	case EV_BYE:
		ending_by_peer(s, data);
		break;
	case EV_DISCONNECT:
		session_fail(s, msg->cause, msg->location);
		break;
	case EV_RELEASE:
		session_set_cause(s, msg->cause, msg->location);
		session_bye(s);
		break;
	case EV_MEDIA_FAILED:
		session_fail(s, CAUSE_RESOURCE_UNAVAILABLE, LOC_PRIVATE_LOCAL);
		break;
	case EV_EXPIRED:
		LOGSES(s, LOGL_NOTICE, "nobody refreshed the session\n");
		session_fail(s, CAUSE_RECOVERY_ON_TIMER, LOC_PRIVATE_LOCAL);
		break;
	default: /* late news of the set-up */
		break;
	}
}
