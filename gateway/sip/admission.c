/* New calls: circles, limits of the peer, and what the guard says of the whole. */
#include "sip/admission.h"

#include <string.h>

#include "base/clock.h"
#include "call/emergency.h"
#include "sip/session/receiving.h"
#include "sip/session/uas.h"
#include "sip/text/breadth.h"
#include "sip/text/cause_map.h"
#include "sip/text/service_urn.h"

enum {
	LOOP_DETECTED = 482,
	TOO_MANY_HOPS = 483,
	MAX_BREADTH = 440,
	FORBIDDEN = 403,
	ADDRESS_INCOMPLETE = 484
};

bool admission_is_cry(const struct sip *ground, const sip_t *sip)
{
	char called[LEG_DIGITS_MAX + 1];

	if (sip->sip_request->rq_method != sip_method_invite)
		return false;
	if (service_urn_sos(sip->sip_request->rq_url))
		return true;
	receiving_read(sip, called);
	return *called && call_is_emergency(ground->hub, called);
}

static bool is_emergency(const struct sip *ground, const sip_t *sip, const char *called)
{
	const char *service = service_urn_sos(sip->sip_request->rq_url);

	if (service)
		return call_emergency_number(ground->hub, service);
	return *called && call_is_emergency(ground->hub, called);
}

/* Circles */

/* A call of our own to that number comes back: its Call-ID is one that we made. */
static bool comes_back(const struct sip *ground, const sip_t *sip, const char *called)
{
	nta_leg_t *dialog = nta_leg_by_call_id(agent_nta(ground->agent), sip->sip_call_id->i_id);
	const struct session *s = dialog ? nta_leg_magic(dialog, session_on_request) : NULL;
	char said[LEG_DIGITS_MAX + 1] = "";

	if (!s || !s->invite_out)
		return false;
	msg_t *msg = nta_outgoing_getrequest(s->invite_out);
	const sip_t *ours = sip_object(msg);
	if (ours)
		receiving_read(ours, said);
	msg_destroy(msg);
	return ours && !strcmp(said, called);
}

/* The gateway hands calls on as a proxy does (RFC 3261 16.3). 0 or the status. */
static int judge_circle(const struct sip *ground, const sip_t *sip, const char *called)
{
	if (sip->sip_max_forwards && !sip->sip_max_forwards->mf_count)
		return TOO_MANY_HOPS;
	if (!breadth_read(sip)) /* RFC 5393 5.3.3 */
		return MAX_BREADTH;
	return comes_back(ground, sip, called) ? LOOP_DETECTED : 0;
}

/* Limits of the peer */

static struct screen_refusal refuse_limit(struct sip *ground, const struct peer *peer,
					  enum limit limit)
{
	struct screen_refusal how = { .status = FORBIDDEN };

	switch (limit) {
	case LIMIT_DESTINATION:
		how.phrase = "This number may not be called from here";
		how.reason = "Q.850;cause=21;text=\"call rejected\"";
		break;
	case LIMIT_CALLS:
		if (peer->config.guard.busy_status && peer->config.guard.busy_status != 503) {
			how.status = (int)peer->config.guard.busy_status;
			break;
		}
		return guard_busy(ground->guard);
	default:
		return guard_busy(ground->guard);
	}
	return how;
}

/* A number that is dialled on is one call, and no more of them than it has digits come: but who may not call the longer
 * one has not called the shorter one either. */
static struct screen_refusal judge_more(struct sip *ground, struct peer *peer,
					struct session *growing, const char *called)
{
	enum limit limit = limits_number(peer->limits, &peer->config.guard, called);

	if (!limit)
		return (struct screen_refusal){ 0 };
	if (growing->receiving->open)
		uas_abandon(growing, FORBIDDEN, CAUSE_REJECTED);
	return refuse_limit(ground, peer, limit);
}

/* May the number become one that is allowed? It is then for the caller to try again (RFC 3578 3.1). */
static bool may_grow(const struct sip *ground, const struct peer *peer, enum limit limit,
		     const char *called)
{
	if (limit != LIMIT_DESTINATION || !peer->config.session.receiving_s)
		return false;
	return limits_number_may_grow(&peer->config.guard, called) ||
	       call_begins_emergency(ground->hub, TARGET_PEER, peer->config.name, called);
}

struct screen_refusal admission_of_invite(struct sip *ground, struct peer *peer,
					  const struct sockaddr_storage *from, const sip_t *sip)
{
	struct guard_call call = {
		.from = from,
		.of_peer = peer,
		.sessions = ground->n_sessions,
		.hash = guard_hash(from, sip),
	};
	struct screen_refusal how = { 0 };
	char called[LEG_DIGITS_MAX + 1];
	struct session *growing;
	enum limit limit;

	receiving_read(sip, called);
	how.status = judge_circle(ground, sip, called);
	if (how.status) {
		how.phrase = how.status == MAX_BREADTH ? "Max-Breadth Exceeded" : NULL;
		ground->guard->totals.loops++;
		return how;
	}
	if (is_emergency(ground, sip, called))
		return how;
	growing = peer ? receiving_find(ground, peer, sip) : NULL;
	if (growing)
		return judge_more(ground, peer, growing, called);
	how = guard_call(ground->guard, &call);
	if (how.status || !peer)
		return how;
	limit = limits_call_in(peer->limits, &peer->config.guard, called, clock_now_us());
	if (!limit)
		return how;
	if (may_grow(ground, peer, limit, called))
		return (struct screen_refusal){ .status = ADDRESS_INCOMPLETE };
	guard_note_refused(ground->guard, call.hash);
	return refuse_limit(ground, peer, limit);
}

struct screen_refusal admission_of_user(struct sip *ground, struct peer *guest, const sip_t *sip)
{
	const struct guard_peer_config *config = &guest->config.guard;
	char called[LEG_DIGITS_MAX + 1];
	struct session *growing;
	enum limit limit;

	if (sip->sip_request->rq_method == sip_method_invite) {
		receiving_read(sip, called);
		if (is_emergency(ground, sip, called))
			return (struct screen_refusal){ 0 };
		growing = receiving_find(ground, guest, sip);
		if (growing)
			return judge_more(ground, guest, growing, called);
		limit = limits_call_in(guest->limits, config, called, clock_now_us());
	} else {
		limit = limits_request(guest->limits, config, clock_now_us());
	}
	return limit ? refuse_limit(ground, guest, limit) : (struct screen_refusal){ 0 };
}

unsigned admission_of_setup(struct limits *limits, const struct guard_peer_config *config,
			    const struct leg_setup *setup, const char **why)
{
	if (setup->precedence != LEG_ROUTINE || !limits_call_out(limits, config))
		return 0;
	*why = "peer has as many calls as it may have";
	return CAUSE_CONGESTION;
}
