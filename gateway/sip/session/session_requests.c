/* Requests that come in a session's dialogs, on their way to the state machine, and what is common in answers; responses to
 * our INVITE, and the ACK. */
#include <stdio.h>
#include <string.h>

#include <sofia-sip/su_uniqueid.h>

#include "base/clock.h"
#include "sip/peer/options.h"
#include "sip/peer/supported.h"
#include "sip/session/early.h"
#include "sip/session/info.h"
#include "sip/session/login.h"
#include "sip/session/refer.h"
#include "sip/session/refer_out.h"
#include "sip/session/uac.h"
#include "sip/session/way.h"
#include "sip/text/netaddr.h"

enum { UNAUTHORIZED = 401, PROXY_UNAUTHORIZED = 407 };
enum { CSEQ_END = 0x80000000 /* RFC 3261 8.1.1.5 */, RETRY_AFTER_MAX = 10 /* s, RFC 3261 14.2 */ };

/* NULL: none is known. */
static const url_t *remote_target(const struct session *s)
{
	const sip_route_t *route = NULL;
	const sip_contact_t *target = NULL;

	nta_leg_get_route(s->dialog, &route, &target);
	return target ? target->m_url : NULL;
}

/* Does the remote target's URI name this address? A peer that is a proxy may let the other end speak to us
 * itself, once the dialog is there. */
static bool is_target(const struct session *s, const struct sockaddr_storage *from)
{
	const url_t *target = remote_target(s);
	struct sockaddr_storage address;
	char host[NETADDR_TEXT_MAX];

	if (!target || !target->url_host)
		return false;
	const char *name = target->url_host;
	snprintf(host, sizeof(host), "%s", name + (*name == '['));
	host[strcspn(host, "]")] = '\0';
	return netaddr_parse(host, 0, &address) && netaddr_same_host(&address, from);
}

bool session_is_party(struct session *s, const struct sockaddr_storage *from, nta_incoming_t *irq)
{
	if (peer_owns(s->peer, from, irq) || is_target(s, from) || way_leads_to(s, from))
		return true;
	stranger_refused(&s->ground->strangers, from, "has no part in the call it names");
	return false;
}

int session_dispatch(struct session *s, enum session_event event, nta_incoming_t *irq,
		     const sip_t *sip, int status)
{
	struct session_request request = { .irq = irq, .sip = sip, .status = status };

	osmo_fsm_inst_dispatch(s->fi, event, &request);
	agent_touch(s->ground->agent);
	return request.status;
}

/* 0, or the status that refuses it, whatever it is. */
static int judge(struct session *s, nta_incoming_t *irq, const sip_t *sip)
{
	struct sockaddr_storage from;

	agent_source(irq, &from);
	if (!session_is_party(s, &from, irq))
		return 403;
	if (!sip->sip_to->a_tag)
		return 481;
	if (sip->sip_cseq->cs_seq >= CSEQ_END)
		return 400;
	return supported_check(&s->peer->config, irq, sip);
}

/* More than any call needs, a digit in each INFO included. What ends a call or belongs to a transaction passes. */
static bool is_flood(struct session *s, sip_method_t method)
{
	static const struct rate rate = { .per_s = 20, .burst = 60 };

	if (method == sip_method_bye || method == sip_method_cancel ||
	    bucket_take(&s->requests_full_us, &rate, clock_now_us()))
		return false;
	s->ground->guard->totals.dialog_rate++;
	return true;
}

static int refuse_flood(nta_incoming_t *irq, const sip_t *sip)
{
	struct session_request request = { .irq = irq, .sip = sip };

	session_refuse_for_now(&request);
	return request.status;
}

/* The value returned is the response that nta sends, unless one was sent; 0: one will be. */
int session_on_request(void *data, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip)
{
	struct session *s = data;
	sip_method_t method = sip->sip_request->rq_method;

	s->ground->rx_requests++;
	if (method == sip_method_ack)
		return 500; /* of no transaction of ours; it is never answered */
	early_choose(s, leg);
	int status = judge(s, irq, sip);
	if (status)
		return status;
	if (is_flood(s, method))
		return refuse_flood(irq, sip);
	status = s->ground->authenticate(s->ground, s->peer, irq, sip, remote_target(s));
	if (status)
		return status;
	switch (method) {
	case sip_method_bye:
		return session_dispatch(s, EV_BYE, irq, sip, 481);
	case sip_method_invite:
		return session_dispatch(s, EV_REINVITE, irq, sip, 481);
	case sip_method_update:
		return session_dispatch(s, EV_UPDATE, irq, sip, 481);
	case sip_method_options:
		return options_answer(irq, &s->peer->config, true);
	case sip_method_refer:
		return refer_take(s, irq, sip);
	case sip_method_notify:
		return refer_out_notified(s, irq, sip);
	case sip_method_info:
		return info_take(s, irq, sip);
	case sip_method_cancel:
		return 481;
	default:
		return agent_refuse_method(irq, method);
	}
}

int session_on_ack_or_cancel(void *data, nta_incoming_t *irq, const sip_t *sip)
{
	struct session *s = data;
	struct sockaddr_storage from;

	if (!sip) {
		session_dispatch(s, EV_UNACKED, irq, sip, 0);
		return 0;
	}
	agent_source_of_ack(irq, &from);
	if (!session_is_party(s, &from, irq))
		return 0;
	bool ack = sip->sip_request->rq_method == sip_method_ack;
	session_dispatch(s, ack ? EV_ACK : EV_CANCEL, irq, sip, 0);
	return 0;
}

void session_refuse_for_now(struct session_request *request)
{
	char retry_after[8];

	snprintf(retry_after, sizeof(retry_after), "%d", su_randint(0, RETRY_AFTER_MAX));
	request->status = 500;
	nta_incoming_treply(request->irq, SIP_500_INTERNAL_SERVER_ERROR,
			    SIPTAG_RETRY_AFTER_STR(retry_after), SIPTAG_SERVER_STR(AGENT_NAME),
			    TAG_END());
}

/* Ours */

/* NULL: no answer is due. */
static nta_outgoing_t *answer_challenge(struct session *s, nta_outgoing_t *orq, const sip_t *sip)
{
	const int status = nta_outgoing_status(orq);

	if (s->fi->state == ST_CANCELLING ||
	    ((status == UNAUTHORIZED || status == PROXY_UNAUTHORIZED) && !uac_begin_anew(s)))
		return NULL;
	return login_retry(s, s->dialog, orq, sip, session_on_invite_response, s);
}

int session_on_invite_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct session *s = data;
	int status = nta_outgoing_status(orq);
	enum session_event event = status < 200   ? EV_PROVISIONAL
				   : status < 300 ? EV_SUCCESS
						  : EV_FAILURE;
	nta_outgoing_t *again;

	if (orq != s->invite_out) {
		overlap_hear_older(s, orq, sip);
		return 0;
	}
	trial_heard(&s->trial);
	again = answer_challenge(s, orq, sip);
	if (again) {
		nta_outgoing_destroy(orq);
		s->invite_out = again;
		return 0;
	}
	if (sip && !way_holds(s, sip))
		osmo_fsm_inst_dispatch(s->fi, event, (void *)sip);
	return 0;
}

/* The CSeq is the INVITE's, whatever was sent since (RFC 3261 13.2.2.4). */
bool session_ack(struct session *s, nta_outgoing_t **invite, const sip_t *sip)
{
	nta_outgoing_t *ack;
	char cseq[24];

	snprintf(cseq, sizeof(cseq), "%u ACK", sip->sip_cseq->cs_seq);
	ack = nta_outgoing_tcreate(s->dialog, NULL, NULL, NULL, SIP_METHOD_ACK, NULL,
				   SIPTAG_CSEQ_STR(cseq), SIPTAG_USER_AGENT_STR(AGENT_NAME),
				   WAY_TAGS(s), TAG_END());
	nta_outgoing_destroy(ack); /* it stays to answer repeated 2xx, ownerless */
	nta_outgoing_destroy(*invite);
	*invite = NULL;
	agent_touch(s->ground->agent);
	return ack;
}
