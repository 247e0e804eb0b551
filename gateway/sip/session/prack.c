/* Provisional responses of the other side are acknowledged. */
#include "sip/session/prack.h"

#include <stdio.h>

#include <osmocom/core/talloc.h>

#include "sip/session/login.h"
#include "sip/session/way.h"

static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct prack *prack = data;

	if (nta_outgoing_status(orq) < 200 || orq != prack->request)
		return 0;
	prack->request = login_retry(prack->s, prack->leg, orq, sip, on_response, prack);
	nta_outgoing_destroy(orq);
	return 0;
}

void prack_send(struct prack *prack, struct session *s, const sip_t *response)
{
	char rack[48], *login = login_ahead(s, "PRACK");

	prack_stop(prack);
	prack->s = s;
	prack->leg = s->dialog;
	snprintf(rack, sizeof(rack), "%u %u %s", (uint32_t)response->sip_rseq->rs_response,
		 response->sip_cseq->cs_seq, response->sip_cseq->cs_method_name);
	prack->request = nta_outgoing_tcreate(
		s->dialog, on_response, prack, NULL, SIP_METHOD_PRACK, NULL, SIPTAG_RACK_STR(rack),
		SIPTAG_USER_AGENT_STR(AGENT_NAME), LOGIN_TAGS(login), WAY_TAGS(s), TAG_END());
	talloc_free(login);
	agent_touch(s->ground->agent);
}

void prack_stop(struct prack *prack)
{
	nta_outgoing_destroy(prack->request);
	prack->request = NULL;
}
