/* Causes between the hub and the peer. */
#include "sip/session/clearing.h"

#include <osmocom/core/talloc.h>

#include "sip/peer/trust.h"
#include "sip/session/identity.h"
#include "sip/text/reason.h"

enum { STATUS_OK = 200 };

/* The peer's own rules go before those of all. */
static const struct cause_rule *rule_of(const struct session *s, bool to_sip, unsigned key)
{
	const struct cause_rule *rule = cause_rules_find(&s->peer->config.causes, to_sip, key);

	return rule ? rule : cause_rules_find(&s->ground->causes, to_sip, key);
}

int clearing_status(const struct session *s)
{
	const struct cause_rule *rule = rule_of(s, true, s->cause);

	return rule ? rule->status : cause_map_status(s->cause, s->location);
}

void clearing_write(const struct session *s, char *out, size_t size)
{
	if (s->cause && s->peer->config.identity.send_location)
		reason_text_at(s->cause, s->location, out, size);
	else
		reason_text(s->cause ? s->cause : CAUSE_NORMAL, out, size);
}

static struct cause_map_cause cause_of_status(const struct session *s, unsigned status,
					      unsigned warning)
{
	struct cause_map_cause cause = cause_map_cause((int)status, warning);
	const struct cause_rule *rule = rule_of(s, false, status);

	if (rule)
		cause.cause = rule->cause;
	return cause;
}

static void hear_uui(struct session *s, const sip_t *sip)
{
	struct leg_msg msg = { 0 };

	identity_read_uui(s, sip, &msg);
	if (msg.uui.len && !s->heard_uui)
		s->heard_uui = talloc_memdup(s, &msg.uui, sizeof(msg.uui));
}

static struct reason believed(const struct session *s, const sip_t *sip)
{
	struct reason reason = { 0 };

	if (trust_believes(&s->peer->config, TRUST_REASON))
		reason_read(sip->sip_reason, &reason);
	return reason;
}

/* RFC 3326 3.1: a forked call that another one answered is cancelled with 200, as in a bus of telephones. */
void clearing_hear(struct session *s, const sip_t *sip)
{
	const struct reason reason = believed(s, sip);
	struct cause_map_cause cause = { .cause = CAUSE_NORMAL, .location = LOC_USER };

	if (reason.cause)
		cause.cause = reason.cause;
	else if (reason.status == STATUS_OK)
		cause.cause = CAUSE_NON_SELECTED_USER;
	else if (reason.status > STATUS_OK)
		cause = cause_of_status(s, reason.status, 0);
	if (reason.has_location)
		cause.location = reason.location;
	hear_uui(s, sip);
	session_set_cause(s, cause.cause, cause.location);
}

struct cause_map_cause clearing_hear_response(struct session *s, const sip_t *sip)
{
	const struct reason reason = believed(s, sip);
	struct cause_map_cause cause =
		cause_of_status(s, (unsigned)sip->sip_status->st_status,
				sip->sip_warning ? sip->sip_warning->w_code : 0);

	if (reason.cause)
		cause.cause = reason.cause;
	if (reason.has_location)
		cause.location = reason.location;
	hear_uui(s, sip);
	return cause;
}
