#include "sip/session/refer_out.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include <osmocom/core/talloc.h>
#include <sofia-sip/sip_header.h>

#include "sip/session/identity.h"
#include "sip/session/login.h"
#include "sip/session/way.h"
#include "sip/text/cause_map.h"
#include "sip/text/sipfrag.h"

enum { REFER_TO_MAX = 2048 };
enum { RESULT_S = 180, RINGING = 180, PROGRESS = 183, OK = 200, REDIRECT = 300 };
enum {
	BAD_REQUEST = 400,
	TIMEOUT = 408,
	UNSUPPORTED_TYPE = 415,
	NO_SUBSCRIPTION = 481,
	BAD_EVENT = 489
};

struct refer_out {
	struct session *s;
	nta_outgoing_t *request; /* NULL: answered */
	struct osmo_timer_list result;
};

/* To the hub: LEG_RELEASE and LEG_CONNECT are the last of it. */
static void tell(struct session *s, enum leg_verb how, unsigned cause, unsigned location)
{
	const struct leg_msg msg = {
		.verb = LEG_TRANSFER,
		.transfer = (uint8_t)how,
		.cause = (uint8_t)cause,
		.location = (uint8_t)location,
	};

	if (how != LEG_ALERTING)
		refer_out_stop(s);
	session_say_all(s, &msg);
}

static void on_silence(void *data)
{
	struct refer_out *refer = data;

	LOGSES(refer->s, LOGL_NOTICE, "REFER: no outcome\n");
	tell(refer->s, LEG_RELEASE, CAUSE_RECOVERY_ON_TIMER, LOC_PRIVATE_LOCAL);
}

/* REFER */

/* Or may it have been heard, and its answer lost, or is there no such dialog (RFC 5057 5)? */
static bool is_refusal(int status, const sip_t *sip)
{
	return sip && !nta_sip_is_internal(sip) && status != TIMEOUT && status != NO_SUBSCRIPTION;
}

static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct refer_out *refer = data;
	struct session *s = refer->s;
	const int status = nta_outgoing_status(orq);
	nta_outgoing_t *again;

	if (status < OK || orq != refer->request)
		return 0;
	again = login_retry(s, s->dialog, orq, sip, on_response, refer);
	nta_outgoing_destroy(orq);
	refer->request = again;
	if (again || status < REDIRECT)
		return 0;
	LOGSES(s, LOGL_INFO, "REFER is answered %d\n", status);
	tell(s, LEG_RELEASE,
	     is_refusal(status, sip) ? CAUSE_FACILITY_REJECTED : CAUSE_RECOVERY_ON_TIMER,
	     LOC_BEYOND_INTERWORKING);
	return 0;
}

/* Refer-To: the number. */
static bool write_number(const struct session *s, const char *number, char out[static REFER_TO_MAX])
{
	char uri[IDENTITY_URI_MAX];

	identity_write_uri(s, number, uri);
	snprintf(out, REFER_TO_MAX, "<%s>", uri);
	return true;
}

/* Refer-To: whom that session talks to, whose dialog with us is to be replaced (RFC 3891 6.1). */
static bool write_dialog(const struct session *with, char out[static REFER_TO_MAX])
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const sip_route_t *route = NULL;
	const sip_contact_t *target = NULL;
	const char *uri = NULL, *query = NULL;
	bool whole = false;

	su_home_init(home);
	nta_leg_get_route(with->dialog, &route, &target);
	sip_replaces_t *replaces = nta_leg_make_replaces(with->dialog, home, 0);
	url_t *url = target ? url_hdup(home, target->m_url) : NULL;
	if (url && replaces) {
		url->url_headers = NULL;
		uri = url_as_string(home, url);
		query = sip_headers_as_url_query(home, SIPTAG_REPLACES(replaces), TAG_END());
	}
	if (uri && query) /* "replaces=", as Sofia writes it, is not what all look for */
		whole = snprintf(out, REFER_TO_MAX, "<%s?R%s>", uri, query + 1) < REFER_TO_MAX;
	su_home_deinit(home);
	return whole;
}

static nta_outgoing_t *send_refer(struct refer_out *refer, const char *to)
{
	struct session *s = refer->s;

	LOGSES(s, LOGL_INFO, "REFER to %s\n", to);
	return nta_outgoing_tcreate(s->dialog, on_response, refer, NULL, SIP_METHOD_REFER, NULL,
				    SIPTAG_CONTACT_STR(s->contact), SIPTAG_REFER_TO_STR(to),
				    SIPTAG_REFERRED_BY_STR(s->contact),
				    SIPTAG_USER_AGENT_STR(AGENT_NAME), WAY_TAGS(s), TAG_END());
}

static bool write_target(const struct session *s, const char *number, const struct leg *with,
			 char out[static REFER_TO_MAX])
{
	if (!with)
		return write_number(s, number, out);
	if (with->ops != &session_leg_ops)
		return false;
	const struct session *other = container_of(with, const struct session, leg);
	return other->peer == s->peer && other->fi->state == ST_ACTIVE && write_dialog(other, out);
}

int refer_out_ask(struct leg *leg, const char *number, const struct leg *with)
{
	struct session *s = container_of(leg, struct session, leg);
	struct refer_out *refer;
	char to[REFER_TO_MAX];

	if (!s->peer->config.transfer.by_refer || s->turns.refuses_refer)
		return -ENOTSUP;
	if (s->fi->state != ST_ACTIVE || s->turns.asked)
		return -EAGAIN;
	if (!write_target(s, number, with, to))
		return -ENOTSUP;
	refer = talloc_zero(s, struct refer_out);
	if (!refer)
		return -ENOMEM;
	refer->s = s;
	osmo_timer_setup(&refer->result, on_silence, refer);
	osmo_timer_schedule(&refer->result, RESULT_S, 0);
	s->turns.asked = refer;
	refer->request = send_refer(refer, to);
	agent_touch(s->ground->agent);
	if (refer->request)
		return 0;
	refer_out_stop(s);
	return -ENOMEM;
}

void refer_out_stop(struct session *s)
{
	struct refer_out *refer = s->turns.asked;

	if (!refer)
		return;
	s->turns.asked = NULL;
	osmo_timer_del(&refer->result);
	nta_outgoing_destroy(refer->request);
	talloc_free(refer);
}

/* NOTIFY */

static bool is_over(const sip_t *sip)
{
	const sip_subscription_state_t *state = sip->sip_subscription_state;

	return state && state->ss_substate && !strcasecmp(state->ss_substate, "terminated");
}

/* 0, or the status that refuses it. */
static int check(const struct session *s, const sip_t *sip)
{
	const sip_content_type_t *type = sip->sip_content_type;

	if (!sip->sip_event || !sip->sip_event->o_type)
		return BAD_REQUEST; /* RFC 6665 8.2.1 */
	if (strcasecmp(sip->sip_event->o_type, "refer") != 0)
		return BAD_EVENT;
	if (!s->turns.asked)
		return NO_SUBSCRIPTION;
	if (sip->sip_payload &&
	    (!type || !type->c_type || strcasecmp(type->c_type, SIPFRAG_TYPE) != 0))
		return UNSUPPORTED_TYPE;
	return 0;
}

/* What was called said that; 0: nothing. */
static void hear(struct session *s, int status, bool over)
{
	struct cause_map_cause cause;

	osmo_timer_schedule(&s->turns.asked->result, RESULT_S, 0);
	if (status >= REDIRECT) {
		cause = cause_map_cause(status, 0);
		if (cause.cause == CAUSE_FACILITY_REJECTED) /* REFER was not */
			cause.cause = CAUSE_NORMAL_UNSPECIFIED;
		tell(s, LEG_RELEASE, cause.cause, cause.location);
	} else if (status >= OK) {
		tell(s, LEG_CONNECT, 0, 0);
	} else if (over) {
		tell(s, LEG_RELEASE, CAUSE_TEMPORARY_FAILURE, LOC_BEYOND_INTERWORKING);
	} else if (status >= RINGING && status <= PROGRESS) {
		tell(s, LEG_ALERTING, 0, 0);
	}
}

int refer_out_notified(struct session *s, nta_incoming_t *irq, const sip_t *sip)
{
	const sip_payload_t *body = sip->sip_payload;
	int status = check(s, sip), outcome = 0;

	if (!status && body) {
		outcome = sipfrag_status(body->pl_data, body->pl_len);
		status = outcome ? 0 : BAD_REQUEST;
	}
	if (status)
		return status;
	/* Before the BYE that may come of it. */
	nta_incoming_treply(irq, SIP_200_OK, SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	hear(s, outcome, is_over(sip));
	return OK;
}
