/* UPDATE from the peer: another description, another target, a refresh. All or nothing of it is done. */
#include "sip/session/update.h"

#include "sip/peer/supported.h"
#include "sip/session/identity.h"
#include "sip/session/refresh.h"
#include "sip/session/way.h"

/* The state's timers of refresh begin with the 2xx to the INVITE (RFC 4028 9). */
static bool is_established(const struct session *s)
{
	return s->fi->state >= ST_OFFERING && s->fi->state != ST_CALLING &&
	       s->fi->state != ST_RINGING;
}

static void confirm(struct session *s, struct session_request *request, bool described)
{
	const char *sdp = described ? session_our_answer(s, false) : NULL;
	char timer[REFRESH_HEADERS_MAX] = "", supported[SUPPORTED_MAX];

	if (is_established(s))
		refresh_answer(s, request->sip, timer);
	nta_leg_server_route(s->dialog, NULL, request->sip->sip_contact);
	way_learn(s);
	nta_incoming_treply(request->irq, SIP_200_OK, SIPTAG_CONTACT_STR(s->contact),
			    SIPTAG_ALLOW_STR(AGENT_ALLOW),
			    SIPTAG_SUPPORTED_STR(supported_text(&s->peer->config, supported)),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_IF(*timer, SIPTAG_HEADER_STR(timer)),
			    TAG_IF(sdp, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
			    TAG_IF(sdp, SIPTAG_PAYLOAD_STR(sdp)), TAG_END());
	request->status = 0;
}

void update_take(struct session *s, struct session_request *request)
{
	const sip_t *sip = request->sip;
	int status = sip->sip_contact && !session_target_valid(sip) ? 400 : 0;
	bool described = session_has_sdp(sip);
	unsigned warning = 0;

	if (!status && described)
		status = exchange_refusal(&s->ex);
	if (!status && refresh_is_too_short(s->peer, sip)) {
		request->status = refresh_refuse(s->peer, request->irq);
		return;
	}
	if (status == 500) {
		session_refuse_for_now(request);
		return;
	}
	if (!status && described)
		status = session_take_offer(s, sip, &warning);
	if (status) {
		if (status != 491)
			session_refuse_sdp(request->irq, status, warning);
		request->status = status;
		return;
	}
	confirm(s, request, described);
	if (is_established(s)) {
		session_tell_hold(s);
		identity_hear_party(s, sip);
	}
	nta_incoming_destroy(request->irq);
}
