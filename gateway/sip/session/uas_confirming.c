/* Calls that came in over SIP, between their 2xx and its ACK. */
#include "sip/session/ending.h"
#include "sip/session/modify.h"
#include "sip/session/uas.h"
#include "sip/session/update.h"

static void confirmed(struct session *s)
{
	nta_incoming_destroy(s->invite_in);
	s->invite_in = NULL;
}

/* The ACK answers our offer (RFC 3261 13.2.1). */
static bool take_answer(struct session *s, const sip_t *ack)
{
	if (session_take_answer(s, ack)) {
		exchange_close(&s->ex);
		return true;
	}
	LOGSES(s, LOGL_NOTICE, "the ACK brings no answer that can be used\n");
	session_set_cause(s, CAUSE_BEARER_NOT_IMPLEMENTED, LOC_BEYOND_INTERWORKING);
	return false;
}

static void on_ack(struct session *s, const sip_t *ack)
{
	bool good = s->fi->state != ST_OFFERING || take_answer(s, ack);

	confirmed(s);
	if (good) {
		session_active(s);
	} else {
		session_bye(s);
		session_say_release(s);
	}
}

void uas_confirming(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);
	struct session_request *request = data;
	const struct leg_msg *msg = data;

	switch (event) {
	case EV_ACK:
		on_ack(s, request->sip);
		break;
	case EV_UNACKED: /* RFC 3261 13.3.1.4 */
		LOGSES(s, LOGL_NOTICE, "no ACK\n");
		confirmed(s);
		session_fail(s, CAUSE_RECOVERY_ON_TIMER, LOC_PRIVATE_LOCAL);
		break;
	case EV_BYE:
		confirmed(s);
		ending_by_peer(s, request);
		break;
	case EV_REINVITE: /* RFC 3261 14.2: one at a time, and none while our own offer is open */
		if (s->fi->state == ST_OFFERING)
			request->status = 491;
		else
			session_refuse_for_now(request);
		break;
	case EV_MEDIA_FAILED:
		session_set_cause(s, CAUSE_RESOURCE_UNAVAILABLE, LOC_PRIVATE_LOCAL);
		session_media_drop(s);
		session_go(s, ST_UNACKED);
		session_say_release(s);
		break;
	case EV_UPDATE:
		update_take(s, request);
		break;
	case EV_NOTIFY:
		modify_on_notify(s, msg);
		break;
	case EV_MODIFIED:
		modify_early_done(s, data);
		break;
	case EV_DISCONNECT:
	case EV_RELEASE:
		session_set_cause(s, msg->cause, msg->location);
		session_media_drop(s);
		session_go(s, ST_UNACKED);
		if (event == EV_DISCONNECT)
			session_say_release(s);
		break;
	default: /* ALERTING and the like are late */
		break;
	}
}

void uas_unacked(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);
	struct session_request *request = data;

	switch (event) {
	case EV_ACK:
	case EV_UNACKED:
		confirmed(s);
		session_bye(s);
		break;
	case EV_BYE:
		request->status = 200;
		confirmed(s);
		session_close(s);
		break;
	default:
		break;
	}
}
