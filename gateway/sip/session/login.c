/* Who we are, in a session. */
#include "sip/session/login.h"

#include <osmocom/core/talloc.h>

#include "sip/peer/credentials.h"

nta_outgoing_t *login_retry(struct session *s, nta_leg_t *dialog, nta_outgoing_t *orq,
			    const sip_t *response, nta_response_f *callback, void *data)
{
	nta_outgoing_t *again = credentials_retry(s->peer, dialog, orq, response, callback, data);

	s->challenged |= again != NULL;
	return again;
}

/* The Request-URI that nta will write; NULL where it is not simply the target's (RFC 3261 12.2.1.1). */
static char *request_uri(su_home_t *home, const nta_leg_t *dialog)
{
	const sip_route_t *route = NULL;
	const sip_contact_t *target = NULL;
	url_t url;

	nta_leg_get_route((nta_leg_t *)dialog, &route, &target);
	if (!target || (route && !url_has_param(route->r_url, "lr")) ||
	    url_has_param(target->m_url, "method"))
		return NULL;
	url = *target->m_url;
	url.url_headers = NULL;
	return url_as_string(home, &url);
}

char *login_ahead(struct session *s, const char *method)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	char *uri, *headers = NULL;

	if (!s->challenged || !s->dialog)
		return NULL;
	su_home_init(home);
	uri = request_uri(home, s->dialog);
	if (uri)
		headers = credentials_ahead(s, s->peer, method, uri);
	su_home_deinit(home);
	return headers;
}
