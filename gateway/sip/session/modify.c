/* Our own changes of an established session. */
#include "sip/session/modify.h"

#include <osmocom/core/talloc.h>
#include <sofia-sip/su_uniqueid.h>

#include "sip/peer/supported.h"
#include "sip/peer/trust.h"
#include "sip/session/early.h"
#include "sip/session/ending.h"
#include "sip/session/identity.h"
#include "sip/session/login.h"
#include "sip/session/prack.h"
#include "sip/session/refresh.h"
#include "sip/session/update.h"
#include "sip/session/way.h"

enum { MS_PER_S = 1000, US_PER_MS = 1000, GLARE_UNIT_MS = 10 };
enum { /* RFC 3261 14.1, in its units of 10 ms */
       GLARE_OWNER_MIN = 210,
       GLARE_OWNER_MAX = 400,
       GLARE_OTHER_MAX = 200,
};
enum { REFUSED_MAX = 8 /* in turn, for now */, RETRY_AFTER_MAX = 60 /* s; longer is never */ };

static void run(struct session *s);

/* Asking */

static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct session *s = data;
	nta_outgoing_t *again;
	msg_t *held;

	if (orq != s->modify.request || !sip)
		return 0;
	again = login_retry(s, s->dialog, orq, sip, on_response, s);
	if (again) {
		nta_outgoing_destroy(orq);
		s->modify.request = again;
		return 0;
	}
	held = nta_outgoing_getresponse(orq); /* with the transaction, nta lets go of it */
	if (nta_outgoing_status(orq) >= 200)
		osmo_fsm_inst_dispatch(s->fi, EV_MODIFIED, (void *)sip);
	else if (sip->sip_rseq && sip_has_feature(sip->sip_require, "100rel"))
		early_take_reliable(s, sip);
	agent_touch(s->ground->agent);
	msg_destroy(held);
	return 0;
}

/* RFC 4028 7.4: what only refreshes does not change the description. */
static const char *describe(struct session *s, unsigned changes)
{
	if (!(changes & CHANGE_MEDIA))
		return session_same_offer(s);
	description_new_round(&s->ours);
	return session_our_offer(s);
}

static nta_outgoing_t *ask(struct session *s, bool update, const char *sdp)
{
	char timer[REFRESH_HEADERS_MAX] = "", supported[SUPPORTED_MAX];
	char identity[IDENTITY_HEADERS_MAX], *login = login_ahead(s, update ? "UPDATE" : "INVITE");
	nta_outgoing_t *request;

	identity_write_party(s, identity);

	if (s->fi->state == ST_ACTIVE) /* session timers begin with the answer (RFC 4028 7.1) */
		refresh_ask(s, timer);
	request = nta_outgoing_tcreate(
		s->dialog, on_response, s, NULL, update ? sip_method_update : sip_method_invite,
		update ? "UPDATE" : "INVITE", NULL, SIPTAG_CONTACT_STR(s->contact),
		SIPTAG_ALLOW_STR(AGENT_ALLOW),
		SIPTAG_SUPPORTED_STR(supported_text(&s->peer->config, supported)),
		SIPTAG_USER_AGENT_STR(AGENT_NAME), TAG_IF(*timer, SIPTAG_HEADER_STR(timer)),
		TAG_IF(*identity, SIPTAG_HEADER_STR(identity)),
		TAG_IF(sdp, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
		TAG_IF(sdp, SIPTAG_PAYLOAD_STR(sdp)), LOGIN_TAGS(login), WAY_TAGS(s), TAG_END());
	talloc_free(login);
	return request;
}

/* Is there an early dialog for sure, in which UPDATE is taken (RFC 3311 4)? */
static bool may_update_early(const struct session *s)
{
	if (!s->modify.updates)
		return false;
	return s->fi->state == ST_INCOMING ? s->reliably && s->last_1xx && !s->reliable
					   : s->fi->state == ST_RINGING && s->early;
}

/* Before the answer; descriptions and refreshes wait for that. The state stays. */
static void run_early(struct session *s)
{
	struct modify *modify = &s->modify;

	if (!(modify->wanted & CHANGE_PARTY) || !may_update_early(s))
		return;
	modify->request = ask(s, true, NULL);
	agent_touch(s->ground->agent);
	if (!modify->request)
		return;
	modify->asked = CHANGE_PARTY;
	modify->wanted &= ~(unsigned)CHANGE_PARTY;
}

static void run(struct session *s)
{
	struct modify *modify = &s->modify;

	if (!modify->wanted || modify->request || osmo_timer_pending(&modify->pause))
		return;
	if (s->fi->state != ST_ACTIVE) {
		run_early(s);
		return;
	}
	bool update = modify->updates && !(modify->wanted & CHANGE_MEDIA);
	modify->request = ask(s, update, update ? NULL : describe(s, modify->wanted));
	agent_touch(s->ground->agent);
	if (!modify->request) {
		s->ex.open = EXCHANGE_NONE;
		return; /* no memory: it waits for another occasion */
	}
	modify->asked = modify->wanted;
	modify->wanted = 0;
	modify->rseq = 0;
	session_go(s, ST_MODIFYING);
}

static void on_pause(void *data)
{
	run(data);
}

static void ask_again(struct session *s, unsigned pause_ms)
{
	s->modify.wanted |= s->modify.asked;
	osmo_timer_setup(&s->modify.pause, on_pause, s);
	osmo_timer_schedule(&s->modify.pause, (int)(pause_ms / MS_PER_S),
			    (int)(pause_ms % MS_PER_S * US_PER_MS));
}

void session_modify(struct session *s, unsigned changes)
{
	s->modify.wanted |= changes;
	run(s);
}

void session_tell_hold(struct session *s)
{
	bool held = !s->rtp.send;
	const struct leg_msg msg = {
		.verb = LEG_NOTIFY,
		.notification = held ? LEG_REMOTE_HOLD : LEG_REMOTE_RETRIEVAL,
	};

	if (held == s->held)
		return;
	s->held = held;
	session_say_all(s, &msg);
}

void session_active(struct session *s)
{
	if (s->fi->state != ST_ACTIVE)
		session_go(s, ST_ACTIVE);
	session_tell_hold(s);
	run(s);
}

void modify_on_notify(struct session *s, const struct leg_msg *msg)
{
	bool hold = msg->notification == LEG_REMOTE_HOLD;

	if ((*msg->party.number.digits || *msg->party.name) &&
	    trust_header(&s->peer->config) != IDENTITY_NONE)
		session_modify(s, CHANGE_PARTY);
	if ((!hold && msg->notification != LEG_REMOTE_RETRIEVAL) || hold == s->holding)
		return;
	s->holding = hold;
	session_modify(s, CHANGE_MEDIA);
}

void modify_learn(struct session *s, const sip_t *sip)
{
	if (!sip->sip_allow)
		return;
	s->modify.updates = sip_is_allowed(sip->sip_allow, SIP_METHOD_UPDATE);
	s->turns.refuses_refer = !sip_is_allowed(sip->sip_allow, SIP_METHOD_REFER);
}

/* Being answered */

static bool is_invite(const sip_t *sip)
{
	return sip->sip_cseq->cs_method == sip_method_invite;
}

static void let_go(struct session *s)
{
	nta_outgoing_destroy(s->modify.request);
	s->modify.request = NULL;
}

void modify_stop(struct session *s)
{
	osmo_timer_del(&s->modify.pause);
	prack_stop(&s->modify.prack);
	let_go(s);
}

void modify_late(struct session *s, const sip_t *sip)
{
	if (is_invite(sip) && sip->sip_status->st_status < 300)
		session_ack(s, &s->modify.request, sip);
	else
		let_go(s);
}

/* ms; the owner of the Call-ID waits longer, so that the other is first. */
static unsigned glare_ms(const struct session *s)
{
	int units = s->calling ? su_randint(GLARE_OWNER_MIN, GLARE_OWNER_MAX)
			       : su_randint(0, GLARE_OTHER_MAX);

	return (unsigned)units * GLARE_UNIT_MS;
}

void modify_early_done(struct session *s, const sip_t *sip)
{
	int status = sip->sip_status->st_status;

	let_go(s);
	if (status == 405 || status == 501) {
		s->modify.updates = false;
		s->modify.wanted |= s->modify.asked;
	} else if (status == 491) {
		ask_again(s, glare_ms(s));
	}
	run(s);
}

static void on_success(struct session *s, const sip_t *sip)
{
	if (sip->sip_contact && session_target_valid(sip)) {
		nta_leg_client_reroute(s->dialog, NULL, sip->sip_contact, 0);
		way_learn(s);
	}
	if (is_invite(sip))
		session_ack(s, &s->modify.request, sip);
	else
		let_go(s);
	s->modify.refused = 0;
	modify_learn(s, sip);
	if (s->ex.open == EXCHANGE_OURS && !session_take_answer(s, sip)) {
		LOGSES(s, LOGL_NOTICE, "its 200 has no session description that can be used\n");
		session_fail(s, CAUSE_BEARER_NOT_IMPLEMENTED, LOC_BEYOND_INTERWORKING);
		return;
	}
	exchange_close(&s->ex);
	refresh_agreed(s, sip);
	session_active(s);
}

/* Asks again where that may help. False: what was wanted is not to be had. */
static bool ask_otherwise(struct session *s, const sip_t *sip, int status)
{
	const sip_retry_after_t *after = sip->sip_retry_after;

	if (++s->modify.refused > REFUSED_MAX)
		return false;
	if (status == 491) {
		ask_again(s, glare_ms(s));
	} else if (status == 422 && refresh_learn_minimum(s, sip)) {
		ask_again(s, 0);
	} else if (!is_invite(sip) && (status == 405 || status == 501)) {
		s->modify.updates = false;
		ask_again(s, 0);
	} else if (status >= 500 && after && after->af_delta <= RETRY_AFTER_MAX) {
		ask_again(s, (unsigned)after->af_delta * MS_PER_S);
	} else {
		return false;
	}
	return true;
}

/* RFC 3261 14.1: all is as before; 12.2.1.2: but for these, which say that the other side is gone. */
static void on_failure(struct session *s, const sip_t *sip)
{
	int status = sip->sip_status->st_status;
	bool gone = status == 408 || status == 481 || nta_sip_is_internal(sip);

	let_go(s);
	s->ex.open = EXCHANGE_NONE;
	if (gone) {
		LOGSES(s, LOGL_NOTICE, "%d to a change of the session: the peer is gone\n", status);
		session_fail(s, CAUSE_RECOVERY_ON_TIMER, LOC_PRIVATE_LOCAL);
		return;
	}
	if (!ask_otherwise(s, sip, status)) {
		LOGSES(s, LOGL_NOTICE, "%d %s: the session stays as it is\n", status,
		       sip->sip_status->st_phrase);
		s->modify.refused = 0;
	}
	session_active(s);
}

void modify_modifying(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);
	struct session_request *request = data;
	const sip_t *sip = data;

	switch (event) {
	case EV_MODIFIED:
		if (sip->sip_status->st_status < 300)
			on_success(s, sip);
		else
			on_failure(s, sip);
		break;
	case EV_REINVITE: /* RFC 3261 14.2 */
		request->status = 491;
		break;
	case EV_UPDATE:
		update_take(s, request);
		break;
	case EV_NOTIFY:
		modify_on_notify(s, data);
		break;
	default:
		ending_hear(s, event, data);
	}
}
