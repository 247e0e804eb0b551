/* Reliable provisional responses, server side. Sofia finds the response that a PRACK is for by itself; whether
 * its sender may speak is looked at here. */
#include "sip/session/reliable.h"

#include <strings.h>

#include "sip/peer/supported.h"
#include "sip/session/identity.h"

bool reliable_possible(const struct peer *peer, const sip_t *sip)
{
	return peer->config.session.rel100 != REL100_OFF &&
	       (sip_has_feature(sip->sip_supported, "100rel") ||
		sip_has_feature(sip->sip_require, "100rel"));
}

int reliable_check(const struct peer *peer, const sip_t *sip)
{
	return peer->config.session.rel100 == REL100_REQUIRED && !reliable_possible(peer, sip) ? 421
											       : 0;
}

static int refuse(nta_incoming_t *prack, int status)
{
	nta_incoming_treply(prack, status, NULL, SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return status;
}

/* 0, or the status that it was refused with. */
static int judge(struct session *s, nta_incoming_t *prack, const sip_t *sip)
{
	struct sockaddr_storage from;
	const char *tag = s->invite_in ? nta_incoming_tag(s->invite_in, NULL) : NULL;

	agent_source(prack, &from);
	if (!session_is_party(s, &from, prack))
		return refuse(prack, 403);
	if (!tag || !sip->sip_to->a_tag || strcasecmp(sip->sip_to->a_tag, tag) != 0)
		return refuse(prack, 481);
	return supported_check(&s->peer->config, prack, sip);
}

/* prack NULL: it never came, or nobody waits for it any more; the transaction tells which. */
static int on_prack(void *data, nta_reliable_t *reliable, nta_incoming_t *prack, const sip_t *sip)
{
	struct session *s = data;

	nta_reliable_destroy(reliable);
	if (s->reliable == reliable)
		s->reliable = NULL;
	if (!prack)
		return 0;
	s->ground->rx_requests++;
	int status = judge(s, prack, sip);
	if (!status)
		status = session_dispatch(s, EV_PRACK, prack, sip, 481);
	if (status && nta_incoming_status(prack) < 200)
		refuse(prack, status);
	nta_incoming_destroy(prack);
	return 0;
}

bool reliable_send(struct session *s, int status, const char *sdp)
{
	char identity[IDENTITY_HEADERS_MAX], supported[SUPPORTED_MAX];

	identity_write_answer(s, identity);
	s->reliable = nta_reliable_treply(
		s->invite_in, on_prack, s, status, NULL, SIPTAG_CONTACT_STR(s->contact),
		SIPTAG_ALLOW_STR(AGENT_ALLOW),
		SIPTAG_SUPPORTED_STR(supported_text(&s->peer->config, supported)),
		SIPTAG_SERVER_STR(AGENT_NAME), TAG_IF(*identity, SIPTAG_HEADER_STR(identity)),
		TAG_IF(sdp, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
		TAG_IF(sdp, SIPTAG_PAYLOAD_STR(sdp)), TAG_END());
	return s->reliable;
}

static void confirm(struct session_request *request, const char *sdp)
{
	nta_incoming_treply(request->irq, SIP_200_OK, SIPTAG_SERVER_STR(AGENT_NAME),
			    TAG_IF(sdp, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
			    TAG_IF(sdp, SIPTAG_PAYLOAD_STR(sdp)), TAG_END());
	request->status = 0;
}

/* RFC 3262 5: a further offer, once the first is answered. */
static void take_offer(struct session *s, struct session_request *request)
{
	unsigned warning = 0;
	int status = session_take_offer(s, request->sip, &warning);

	if (status) {
		session_refuse_sdp(request->irq, status, warning);
		request->status = status;
	} else {
		confirm(request,
			s->ex.open == EXCHANGE_THEIRS ? session_our_answer(s, false) : NULL);
	}
}

bool reliable_take_prack(struct session *s, struct session_request *request)
{
	if (s->ex.open == EXCHANGE_OURS) {
		bool good = session_take_answer(s, request->sip);

		exchange_close(&s->ex);
		confirm(request, NULL);
		return good;
	}
	if (!session_has_sdp(request->sip))
		confirm(request, NULL);
	else if (exchange_refusal(&s->ex))
		session_refuse_for_now(request);
	else
		take_offer(s, request);
	return true;
}
