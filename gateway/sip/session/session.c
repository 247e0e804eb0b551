/* What both directions of a session share: the hub's verbs and SIP's messages become events here. */
#include "sip/session/session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/hostdomain.h>

#include "base/fsm.h"
#include "sip/text/netaddr.h"
#include "sip/peer/trust.h"
#include "sip/peer/credentials.h"
#include "sip/text/reason.h"

enum { T_FINISH = -1, FINISH_MS = 1 }; /* the end comes from the loop, above nobody's frame */

void session_go_timed(struct session *s, enum session_state state, unsigned timeout_ms, int timer)
{
	fsm_change_ms(s->fi, state, timeout_ms, timer);
}

void session_go(struct session *s, enum session_state state)
{
	session_go_timed(s, state, 0, 0);
}

void session_close(struct session *s)
{
	session_media_drop(s);
	if (s->media == MEDIA_GOING)
		session_go(s, ST_CLOSING);
	else
		session_go_timed(s, ST_GONE, FINISH_MS, T_FINISH);
}

/* To the hub */

void session_set_cause(struct session *s, unsigned cause, unsigned location)
{
	if (s->cause)
		return;
	s->cause = (uint8_t)(cause ? cause : CAUSE_NORMAL);
	s->location = (uint8_t)location;
}

/* From the hub */

/* Plus one; 0: SIP has no word for the verb: a caller dials on without being asked for more digits. */
static const uint8_t event_of_verb[] = {
	[LEG_SETUP] = EV_SETUP + 1,       [LEG_PROCEEDING] = EV_PROCEEDING + 1,
	[LEG_ALERTING] = EV_ALERTING + 1, [LEG_PROGRESS] = EV_PROGRESS + 1,
	[LEG_CONNECT] = EV_CONNECT + 1,   [LEG_DISCONNECT] = EV_DISCONNECT + 1,
	[LEG_RELEASE] = EV_RELEASE + 1,   [LEG_NOTIFY] = EV_NOTIFY + 1,
};

static void tell(struct leg *leg, const struct leg_msg *msg)
{
	unsigned event = msg->verb < ARRAY_SIZE(event_of_verb) ? event_of_verb[msg->verb] : 0;
	struct session *s = (struct session *)((char *)leg - offsetof(struct session, leg));

	if (leg->call) /* the hub may have dropped it, or never made one */
		s->call_id = call_id(leg->call);
	if (msg->law != LEG_LAW_ANY)
		s->law = msg->law;
	session_keep(s, msg);
	if (msg->verb == LEG_INFORMATION && overlap_is_open(s))
		osmo_fsm_inst_dispatch(s->fi, EV_INFORMATION, (void *)msg);
	else if (event)
		osmo_fsm_inst_dispatch(s->fi, event - 1, (void *)msg);
	else if (msg->verb == LEG_INFORMATION)
		info_say(s, msg->digits);
	else if (msg->verb == LEG_TRANSFER)
		refer_tell(s, msg);
}

static void describe(const struct leg *leg, char *out, unsigned size)
{
	const struct session *s =
		(const struct session *)((const char *)leg - offsetof(struct session, leg));

	snprintf(out, size, "sip-%u Call-ID %s", s->id, s->sip_call_id ? s->sip_call_id : "none");
}

static uint32_t termination(const struct leg *leg)
{
	const struct session *s =
		(const struct session *)((const char *)leg - offsetof(struct session, leg));

	return s->media == MEDIA_ADDING || s->media == MEDIA_UP ? s->term : 0;
}

const struct leg_ops session_leg_ops = {
	.tell = tell,
	.describe = describe,
	.termination = termination,
};

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

unsigned session_reason(const struct session *s, const sip_t *sip)
{
	return trust_believes(&s->peer->config, TRUST_REASON) ? reason_cause(sip->sip_reason) : 0;
}
