/* The end of an established session, by us. */
#include "sip/session/clearing.h"
#include "sip/session/identity.h"
#include "sip/session/login.h"
#include "sip/session/way.h"
#include "sip/text/reason.h"

#include <osmocom/core/talloc.h>

static int on_bye_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct session *s = data;
	nta_outgoing_t *again;

	if (nta_outgoing_status(orq) < 200)
		return 0;
	again = login_retry(s, s->dialog, orq, sip, on_bye_response, s);
	nta_outgoing_destroy(s->bye);
	s->bye = again;
	if (again)
		return 0;
	osmo_fsm_inst_dispatch(s->fi, EV_BYE_DONE, NULL);
	return 0;
}

void session_bye(struct session *s)
{
	char reason[REASON_TEXT_MAX], headers[IDENTITY_HEADERS_MAX];
	char *login = login_ahead(s, "BYE");

	clearing_write(s, reason, sizeof(reason));
	identity_write_end(s, headers);
	s->bye = nta_outgoing_tcreate(s->dialog, on_bye_response, s, NULL, SIP_METHOD_BYE, NULL,
				      SIPTAG_REASON_STR(reason), SIPTAG_USER_AGENT_STR(AGENT_NAME),
				      TAG_IF(*headers, SIPTAG_HEADER_STR(headers)),
				      LOGIN_TAGS(login), WAY_TAGS(s), TAG_END());
	talloc_free(login);
	agent_touch(s->ground->agent);
	if (!s->bye) {
		session_close(s);
		return;
	}
	session_media_drop(s);
	session_go(s, ST_CLEARING);
}

void session_fail(struct session *s, unsigned cause, unsigned location)
{
	session_set_cause(s, cause, location);
	session_bye(s);
	session_say_release(s);
}
