/* REFER within a session. The transfer itself is the hub's (call/transfer.h); here is the subscription that comes with it
 * (RFC 3515 2.4.4, RFC 6665): one NOTIFY at a time, but for the last, which waits for nothing as a BYE may follow. */
#include "sip/session/refer.h"
#include "sip/session/identity.h"
#include "sip/session/login.h"
#include "sip/session/way.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>

#include "call/transfer.h"
#include "sip/peer/supported.h"
#include "sip/text/cause_map.h"
#include "sip/text/refer_to.h"

enum { TRYING = 100, RINGING = 180, OK = 200, ACCEPTED = 202, GONE = 481 };

struct refer {
	struct session *s;
	unsigned count; /* of REFERs that were accepted */
	bool running;   /* the last of them has no outcome yet */
	bool silent;    /* nobody wants to hear of it */
	uint32_t id;    /* its CSeq */
	nta_outgoing_t *notify;
	int waiting; /* the status that is to be told once notify is answered, 0: none */
};

bool refer_between(const struct peer *one, const struct peer *other)
{
	return peer_is_same(one, other) || (one->config.trusted && other->config.trusted);
}

struct session *refer_find(const struct sip *ground, const sip_replaces_t *replaces)
{
	nta_leg_t *dialog = nta_leg_by_replaces(agent_nta(ground->agent), replaces);

	return dialog ? nta_leg_magic(dialog, session_on_request) : NULL;
}

/* NOTIFY */

static void send_notify(struct refer *refer, int status, const char *end);

bool refer_lives(const struct session *s)
{
	const struct refer *refer = s->turns.refer;

	return refer && refer->running && !refer->silent;
}

/* The session may have waited for that alone. */
static void let_go(const struct refer *refer)
{
	if (refer->s->fi->state == ST_TELLING)
		session_close(refer->s);
}

static int on_notify_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct refer *refer = data;
	struct session *s = refer->s;
	int status = nta_outgoing_status(orq), waiting = refer->waiting;

	if (status < 200 || orq != refer->notify)
		return 0;
	refer->notify = login_retry(s, s->dialog, orq, sip, on_notify_response, refer);
	nta_outgoing_destroy(orq);
	if (refer->notify)
		return 0;
	refer->waiting = 0;
	if (status >= 300) { /* RFC 6665 4.2.2: the subscription is over */
		refer->silent = true;
		let_go(refer);
	} else if (waiting) {
		send_notify(refer, waiting, NULL);
	}
	return 0;
}

/* end: why it is the last; NULL: it is not. */
static void send_notify(struct refer *refer, int status, const char *end)
{
	struct session *s = refer->s;
	char event[32] = "refer", state[64], fragment[96], *login;

	if (refer->silent)
		return;
	if (refer->count > 1) /* RFC 3515 2.4.6 */
		snprintf(event, sizeof(event), "refer;id=%u", refer->id);
	if (end)
		snprintf(state, sizeof(state), "terminated;reason=%s", end);
	else
		snprintf(state, sizeof(state), "active;expires=%d", REFER_EXPIRES_S);
	snprintf(fragment, sizeof(fragment), "SIP/2.0 %d %s\r\n", status,
		 sip_status_phrase(status));
	nta_outgoing_destroy(refer->notify); /* it goes on by itself */
	login = login_ahead(s, "NOTIFY");
	refer->notify = nta_outgoing_tcreate(
		s->dialog, on_notify_response, refer, NULL, SIP_METHOD_NOTIFY, NULL,
		SIPTAG_CONTACT_STR(s->contact), SIPTAG_EVENT_STR(event),
		SIPTAG_SUBSCRIPTION_STATE_STR(state), SIPTAG_USER_AGENT_STR(AGENT_NAME),
		SIPTAG_CONTENT_TYPE_STR("message/sipfrag;version=2.0"),
		SIPTAG_PAYLOAD_STR(fragment), LOGIN_TAGS(login), WAY_TAGS(s), TAG_END());
	talloc_free(login);
	agent_touch(s->ground->agent);
}

static void notify(struct refer *refer, int status)
{
	if (refer->notify)
		refer->waiting = status;
	else
		send_notify(refer, status, NULL);
}

static void finish(struct refer *refer, int status)
{
	refer->running = false;
	refer->waiting = 0;
	send_notify(refer, status, "noresource");
	LOGSES(refer->s, LOGL_INFO, "transfer: %d %s\n", status, sip_status_phrase(status));
	let_go(refer);
}

void refer_expire(struct session *s)
{
	if (!refer_lives(s))
		return;
	s->turns.refer->running = false;
	send_notify(s->turns.refer, TRYING, "timeout"); /* RFC 6665 4.2.2 */
}

void refer_tell(struct session *s, const struct leg_msg *msg)
{
	struct refer *refer = s->turns.refer;

	if (!refer || !refer->running)
		return;
	switch (msg->transfer) {
	case LEG_ALERTING:
		notify(refer, RINGING);
		break;
	case LEG_CONNECT:
		finish(refer, OK);
		break;
	case LEG_RELEASE:
		finish(refer, cause_map_status(msg->cause, msg->location));
		break;
	default: /* 100 was told at once */
		break;
	}
}

void refer_stop(struct session *s)
{
	if (!s->turns.refer)
		return;
	nta_outgoing_destroy(s->turns.refer->notify);
	talloc_free(s->turns.refer);
	s->turns.refer = NULL;
}

/* REFER */

/* RFC 4488 4: nobody wants the subscription. */
static bool wants_silence(const sip_t *sip)
{
	const sip_refer_sub_t *wanted = sip_refer_sub(sip);

	return wanted && wanted->rs_value && !strcasecmp(wanted->rs_value, "false");
}

static int status_of(int rc)
{
	switch (rc) {
	case 0:
		return 0;
	case -EBUSY:
		return 491;
	case -EINVAL:
		return 603;
	case -ENOTCONN:
		return GONE;
	case -EACCES:
		return 403;
	default:
		return 503;
	}
}

static struct refer *begin(struct session *s, const sip_t *sip)
{
	struct refer *refer = s->turns.refer;

	if (!refer) {
		refer = s->turns.refer = talloc_zero(s, struct refer);
		if (!refer)
			return NULL;
		refer->s = s;
	}
	refer->count++;
	refer->running = true;
	refer->silent = wants_silence(sip);
	refer->id = sip->sip_cseq->cs_seq;
	return refer;
}

static void agree(struct refer *refer, nta_incoming_t *irq)
{
	struct session *s = refer->s;

	nta_incoming_treply(irq, SIP_202_ACCEPTED, SIPTAG_CONTACT_STR(s->contact),
			    TAG_IF(refer->silent, SIPTAG_HEADER_STR("Refer-Sub: false")),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	notify(refer, TRYING);
}

static struct session *named(const struct session *s, const char *replaces)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	struct session *with;

	su_home_init(home);
	with = refer_find(s->ground, refer_to_replaces(home, replaces));
	su_home_deinit(home);
	return with;
}

/* RFC 5589 7: who it talks to here, and in the dialog named, talk to each other. The hub's report comes from inside. */
static void join(struct refer *refer, struct session *with)
{
	struct session *s = refer->s;
	int rc = refer_between(s->peer, with->peer) ? call_join(&s->leg, &with->leg) : -ENOTCONN;

	if (rc)
		finish(refer, status_of(rc));
}

/* Of a session that can be transferred: the status that refuses it, or 0. */
static int check(struct session *s, const sip_t *sip, struct refer_to *to)
{
	if (!supported_transfer(&s->peer->config))
		return 403;
	if (!sip->sip_refer_to)
		return 400; /* RFC 3515 2.4.2 */
	int status = refer_to_read(sip->sip_refer_to, to);
	if (status)
		return status;
	if (s->turns.refer && s->turns.refer->running)
		return 491;
	if (s->fi->state == ST_ACTIVE || s->fi->state == ST_MODIFYING)
		return 0;
	return s->fi->state < ST_ACTIVE ? 491 : GONE;
}

/* To a number: a call of its own, or one that takes the place of another which is none of ours. */
static int call_number(struct session *s, const sip_t *sip, const struct refer_to *to)
{
	struct leg_setup setup = { .called = to->called };

	if (!*to->called.digits)
		return GONE;
	if (strlen(to->replaces) >= sizeof(setup.transit.replaces))
		return GONE;
	memcpy(setup.transit.replaces, to->replaces, strlen(to->replaces) + 1);
	identity_read_referrer(s->peer, sip, &setup);
	return status_of(call_transfer(&s->leg, &setup));
}

static int transfer(struct session *s, nta_incoming_t *irq, const sip_t *sip,
		    const struct refer_to *to)
{
	struct session *with = *to->replaces ? named(s, to->replaces) : NULL;
	int status = with ? 0 : call_number(s, sip, to);
	struct refer *refer;

	if (status)
		return status;
	refer = begin(s, sip);
	if (!refer)
		return 500;
	agree(refer, irq);
	if (with)
		join(refer, with);
	return ACCEPTED;
}

int refer_take(struct session *s, nta_incoming_t *irq, const sip_t *sip)
{
	struct refer_to to;
	int status = check(s, sip, &to);

	if (!status)
		status = transfer(s, irq, sip, &to);
	if (status != ACCEPTED)
		LOGSES(s, LOGL_NOTICE, "REFER refused: %d\n", status);
	else
		LOGSES(s, LOGL_INFO, "REFER to %s%s\n", *to.replaces ? "call " : to.called.digits,
		       to.replaces);
	return status;
}
