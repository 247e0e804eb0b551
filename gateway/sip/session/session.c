/* What both directions of a session share: the hub's verbs and SIP's messages become events here. */
#include "sip/session/session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/hostdomain.h>

#include "base/fsm.h"
#include "sip/text/netaddr.h"
#include "sip/peer/credentials.h"

void session_go_timed(struct session *s, enum session_state state, unsigned timeout_ms, int timer)
{
	fsm_change_ms(s->fi, state, timeout_ms, timer);
}

void session_go(struct session *s, enum session_state state)
{
	session_go_timed(s, state, 0, 0);
}

/* To the hub */

void session_set_cause(struct session *s, unsigned cause, unsigned location)
{
	if (s->cause)
		return;
	s->cause = (uint8_t)(cause ? cause : CAUSE_NORMAL);
	s->location = (uint8_t)location;
}

/* The dialog */

/* Sofia-SIP 1.12.11 looks for a parameter beyond the end of a URI whose last one only begins like it. */
static bool params_valid(const char *params)
{
	static const char *const names[] = { "lr", "transport", "maddr", "ttl", "method", "comp" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i]);

		for (const char *p = params; p; p = strchr(p, ';')) {
			p += *p == ';';
			if (!strncasecmp(p, names[i], len) && p[len] && p[len] != '=' &&
			    p[len] != ';')
				return false;
		}
	}
	return true;
}

static bool url_valid(const url_t *url)
{
	return url->url_type == url_sip && url->url_host && *url->url_host &&
	       params_valid(url->url_params) &&
	       (host_is_ip_address(url->url_host) || host_is_domain(url->url_host));
}

/* RFC 2543 has INVITEs without Contact: who sent it is where requests go (RFC 4475 3.4.1). */
static const url_t *target_of(const sip_t *sip)
{
	if (sip->sip_contact)
		return sip->sip_contact->m_url;
	return sip->sip_request ? sip->sip_from->a_url : NULL;
}

bool session_target_valid(const sip_t *sip)
{
	const url_t *target = target_of(sip);

	if (!target || !url_valid(target))
		return false;
	for (const sip_record_route_t *r = sip->sip_record_route; r; r = r->r_next) {
		if (!url_valid(r->r_url))
			return false;
	}
	return true;
}
