/* The state machine of a session.
 *
 *   UAS   INCOMING --200, our answer--> CONFIRMING --ACK--> ACTIVE
 *                  --200, our offer---> OFFERING ---ACK, its answer--> ACTIVE
 *   UAC   PREPARING --our address--> CALLING --1xx--> RINGING --2xx--> ACTIVE
 *   both  ACTIVE --re-INVITE--> CONFIRMING or OFFERING --ACK--> ACTIVE
 *         ACTIVE --our re-INVITE, UPDATE--> MODIFYING --final response--> ACTIVE
 *   end   ACTIVE, MODIFYING --BYE sent--> CLEARING --its answer--> CLOSING;  --BYE received--> CLOSING
 *         CALLING, RINGING --CANCEL sent--> CANCELLING --final response--> CLOSING
 *         CONFIRMING, OFFERING --released--> UNACKED --ACK or timer H--> CLEARING
 *         CLOSING --termination subtracted--> GONE: LEG_RELEASE_COMPLETE, and the session is freed
 *                                         --> TELLING, if a transfer of the peer's has no outcome --outcome told--> GONE
 *
 * What is open between offer and answer in each state is in exchange.h, timers of the session in refresh.h,
 * a number that is dialled yet in overlap.h.
 * Transactions and their timers (A to K) are nta's. */
#include "sip/session/dialog.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "sip/text/netaddr.h"
#include "sip/session/early.h"
#include "sip/session/ending.h"
#include "sip/session/messages.h"
#include "sip/session/modify.h"
#include "sip/session/info.h"
#include "sip/session/receiving.h"
#include "sip/session/refer.h"
#include "sip/session/refer_out.h"
#include "sip/session/overlap.h"
#include "sip/session/refresh.h"
#include "sip/session/uac.h"
#include "sip/session/uas.h"
#include "sip/session/update.h"
#include "sip/session/way.h"

/* osmo_fsm_inst_alloc does not survive a lack of memory: instance and names come from the session's pool. */
enum { FSM_OBJECTS = 5, FSM_OCTETS = sizeof(struct osmo_fsm_inst) + 512 };

static struct osmo_fsm session_fsm;

/* Birth */

static int session_destructor(struct session *s)
{
	trial_end(&s->trial);
	osmo_timer_del(&s->silence);
	way_stop(s);
	refresh_stop(s);
	if (s->fi)
		osmo_fsm_inst_free(s->fi);
	return 0;
}

static struct session *session_new(struct sip *ground, struct peer *peer)
{
	struct session *s = talloc_pooled_object(ground, struct session, FSM_OBJECTS, FSM_OCTETS);
	char name[16];

	if (!s)
		return NULL;
	*s = (struct session){ .ground = ground, .peer = peer, .id = ++ground->last_id };
	snprintf(name, sizeof(name), "%u", s->id);
	s->fi = osmo_fsm_inst_alloc(&session_fsm, s, s, LOGL_DEBUG, name);
	if (!s->fi) {
		talloc_free(s);
		return NULL;
	}
	talloc_set_destructor(s, session_destructor);
	INIT_LLIST_HEAD(&s->earlies);
	s->leg.ops = &session_leg_ops;
	s->leg.via = peer->config.name;
	s->leg.kind = peer->target.kind;
	peer_contact(peer, s->contact, sizeof(s->contact));
	s->ours.origin.id = (uint64_t)clock_wall().tv_sec << 16 | (s->id & 0xffff);
	s->ours.origin.version = 1;
	s->ours.origin.tevent_pt = OFFER_TEVENT_PT;
	peer_hold(peer);
	llist_add_tail(&s->entry, &ground->sessions);
	ground->n_sessions++;
	return s;
}

static struct session *counted(struct session *s, unsigned *calls)
{
	if (s) {
		s->counted = calls;
		++*calls;
	}
	return s;
}

struct session *dialog_outgoing(struct sip *ground, struct peer *peer)
{
	return counted(session_new(ground, peer), &peer->limits->out);
}

/* The dialog's tag is there from its beginning, so that nta sends it no request without one. */
static bool open_dialog(struct session *s, const sip_t *sip)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const sip_contact_t *target = sip->sip_contact;
	sip_to_t *local;
	int rc = -1;

	su_home_init(home);
	if (!target)
		target = sip_contact_create(home, (const url_string_t *)sip->sip_from->a_url, NULL);
	local = sip_to_dup(home, sip->sip_to);
	if (local && !sip_to_tag(home, local, nta_incoming_tag(s->invite_in, NULL)))
		s->dialog = nta_leg_tcreate(agent_nta(s->ground->agent), session_on_request, s,
					    SIPTAG_CALL_ID(sip->sip_call_id), SIPTAG_FROM(local),
					    SIPTAG_TO(sip->sip_from),
					    NTATAG_REMOTE_CSEQ(sip->sip_cseq->cs_seq), TAG_END());
	if (s->dialog && target)
		rc = nta_leg_server_route(s->dialog, sip->sip_record_route, target);
	su_home_deinit(home);
	if (rc >= 0)
		way_learn(s);
	return rc >= 0;
}

static bool same_invite(const struct session *s, const sip_t *sip)
{
	msg_t *msg = nta_incoming_getrequest(s->invite_in);
	const sip_t *first = sip_object(msg);
	const char *tag = sip->sip_from->a_tag, *first_tag = first ? first->sip_from->a_tag : NULL;
	bool same = first && first->sip_cseq->cs_seq == sip->sip_cseq->cs_seq &&
		    (tag && first_tag ? !strcasecmp(tag, first_tag) : tag == first_tag);

	msg_destroy(msg);
	return same;
}

bool dialog_goes_on(struct session *s, nta_incoming_t *irq, const sip_t *sip)
{
	nta_reliable_destroy(s->reliable);
	s->reliable = NULL;
	nta_incoming_treply(s->invite_in, SIP_484_ADDRESS_INCOMPLETE, SIPTAG_SERVER_STR(AGENT_NAME),
			    TAG_END());
	nta_incoming_destroy(s->invite_in);
	s->invite_in = irq;
	nta_incoming_bind(irq, session_on_ack_or_cancel, s);
	nta_leg_destroy(s->dialog);
	s->dialog = NULL;
	return open_dialog(s, sip);
}

bool dialog_is_merged(const struct sip *ground, const sip_t *sip)
{
	nta_leg_t *leg = nta_leg_by_call_id(agent_nta(ground->agent), sip->sip_call_id->i_id);
	const struct session *s = leg ? nta_leg_magic(leg, session_on_request) : NULL;

	return s && s->invite_in && same_invite(s, sip);
}

struct session *dialog_incoming(struct sip *ground, struct peer *peer, nta_incoming_t *irq,
				const sip_t *sip)
{
	struct session *s = counted(session_new(ground, peer), &peer->limits->in);

	if (!s)
		return NULL;
	s->invite_in = irq;
	agent_contact(ground->agent, irq, s->contact, sizeof(s->contact));
	s->sip_call_id = talloc_strdup(s, sip->sip_call_id->i_id);
	if (!s->sip_call_id || !open_dialog(s, sip)) {
		s->invite_in = NULL;
		dialog_free(s);
		return NULL;
	}
	nta_incoming_bind(irq, session_on_ack_or_cancel, s);
	call_names_messages(&s->leg, messages_key(ground->hub, s->sip_call_id));
	return s;
}

/* End */

static void release_complete(struct session *s)
{
	const struct leg_msg msg = {
		.verb = LEG_RELEASE_COMPLETE,
		.cause = s->cause,
		.location = s->location,
		.media = {
			.known = s->term,
			.codec = s->rtp.codec,
			.ptime_ms = s->rtp.ptime_ms,
			.stats = s->stats,
		},
	};

	if (s->leg.call)
		call_hears(s->ground->hub, &s->leg, &msg);
}

void dialog_free(struct session *s)
{
	session_set_cause(s, CAUSE_TEMPORARY_FAILURE, LOC_PRIVATE_LOCAL);
	if (s->fi->state == ST_ACTIVE || s->fi->state == ST_MODIFYING)
		session_bye(s);
	session_media_drop(s);
	if (s->media == MEDIA_GOING)
		mg_forget(s->ground->mg, s->term);
	release_complete(s);
	nta_reliable_destroy(s->reliable);
	nta_incoming_destroy(s->invite_in);
	receiving_end(s);
	overlap_end(s);
	nta_outgoing_destroy(s->invite_out);
	modify_stop(s);
	early_forget(s);
	nta_outgoing_destroy(s->bye);
	refer_stop(s);
	refer_out_stop(s);
	info_stop(s);
	nta_leg_destroy(s->dialog);
	agent_touch(s->ground->agent);
	llist_del(&s->entry);
	s->ground->n_sessions--;
	ending_uncount(s);
	peer_release(s->peer);
	talloc_free(s);
}

/* States of both directions */

static void active(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);

	switch (event) {
	case EV_REINVITE:
		uas_reinvite(s, data);
		break;
	case EV_UPDATE:
		update_take(s, data);
		break;
	case EV_NOTIFY:
		modify_on_notify(s, data);
		break;
	case EV_MODIFIED:
		modify_early_done(s, data);
		break;
	default:
		ending_hear(s, event, data);
	}
}

/* CLEARING, CLOSING, TELLING and GONE: a BYE that crossed ours or comes again is answered, all else is too late. */
static void ending(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);

	if (event == EV_BYE)
		((struct session_request *)data)->status = 200;
	else if (event == EV_MODIFIED)
		modify_late(s, data);
	else if ((event == EV_BYE_DONE && fi->state == ST_CLEARING) ||
		 (event == EV_MEDIA_GONE && fi->state == ST_CLOSING))
		session_close(s);
}

/* When it returns 0, fi may be gone. */
static int on_timer(struct osmo_fsm_inst *fi)
{
	struct session *s = session_of(fi);

	switch (fi->state) {
	case ST_INCOMING:
		uas_expired(s);
		break;
	case ST_CALLING:
	case ST_RINGING:
		uac_no_answer(s);
		break;
	case ST_CANCELLING:
		uac_never_cancelled(s);
		break;
	case ST_TELLING:
		refer_expire(s);
		dialog_free(s);
		break;
	default:
		dialog_free(s);
	}
	return 0;
}

#define S(x) (1u << (x))
#define REQUESTS                                                                                   \
	(S(EV_ACK) | S(EV_CANCEL) | S(EV_BYE) | S(EV_REINVITE) | S(EV_UPDATE) | S(EV_PRACK) |      \
	 S(EV_UNACKED) | S(EV_EXPIRED))
#define RESPONSES (S(EV_PROVISIONAL) | S(EV_SUCCESS) | S(EV_FAILURE) | S(EV_MODIFIED))
#define MEDIA (S(EV_MEDIA_UP) | S(EV_MEDIA_FAILED) | S(EV_MEDIA_GONE))
#define CLEARS (S(EV_DISCONNECT) | S(EV_RELEASE))
#define NEWS (S(EV_PROCEEDING) | S(EV_ALERTING) | S(EV_PROGRESS) | S(EV_CONNECT) | S(EV_NOTIFY))
#define ENDS (S(ST_CLOSING) | S(ST_TELLING) | S(ST_GONE))

static const struct osmo_fsm_state states[] = {
	[ST_IDLE] = {
		.name = "idle",
		.in_event_mask = S(EV_SETUP) | CLEARS,
		.out_state_mask = S(ST_INCOMING) | S(ST_PREPARING) | ENDS,
		.action = uac_idle,
	},
	[ST_INCOMING] = {
		.name = "incoming",
		.in_event_mask = NEWS | CLEARS | REQUESTS | S(EV_MODIFIED) | S(EV_MEDIA_UP) |
				 S(EV_MEDIA_FAILED),
		.out_state_mask = S(ST_OFFERING) | S(ST_CONFIRMING) | ENDS,
		.action = uas_incoming,
	},
	[ST_OFFERING] = {
		.name = "offering",
		.in_event_mask = NEWS | CLEARS | REQUESTS | MEDIA | S(EV_MODIFIED),
		.out_state_mask = S(ST_ACTIVE) | S(ST_UNACKED) | S(ST_CLEARING) | ENDS,
		.action = uas_confirming,
	},
	[ST_CONFIRMING] = {
		.name = "confirming",
		.in_event_mask = NEWS | CLEARS | REQUESTS | MEDIA | S(EV_MODIFIED),
		.out_state_mask = S(ST_ACTIVE) | S(ST_UNACKED) | S(ST_CLEARING) | ENDS,
		.action = uas_confirming,
	},
	[ST_PREPARING] = {
		.name = "preparing",
		.in_event_mask = CLEARS | S(EV_NOTIFY) | S(EV_INFORMATION) | S(EV_MEDIA_UP) |
				 S(EV_MEDIA_FAILED),
		.out_state_mask = S(ST_CALLING) | ENDS,
		.action = uac_preparing,
	},
	[ST_CALLING] = {
		.name = "calling",
		.in_event_mask = CLEARS | REQUESTS | RESPONSES | MEDIA | S(EV_NOTIFY) |
				 S(EV_INFORMATION),
		.out_state_mask = S(ST_CALLING) | S(ST_RINGING) | S(ST_ACTIVE) | S(ST_CANCELLING) |
				  S(ST_CLEARING) | ENDS,
		.action = uac_calling,
	},
	[ST_RINGING] = {
		.name = "ringing",
		.in_event_mask = CLEARS | REQUESTS | RESPONSES | MEDIA | S(EV_NOTIFY) |
				 S(EV_INFORMATION),
		.out_state_mask = S(ST_CALLING) | S(ST_ACTIVE) | S(ST_CANCELLING) | S(ST_CLEARING) |
				  ENDS,
		.action = uac_calling,
	},
	[ST_ACTIVE] = {
		.name = "active",
		.in_event_mask = NEWS | CLEARS | REQUESTS | MEDIA | S(EV_MODIFIED),
		.out_state_mask = S(ST_CONFIRMING) | S(ST_OFFERING) | S(ST_MODIFYING) |
				  S(ST_CLEARING) | ENDS,
		.action = active,
	},
	[ST_MODIFYING] = {
		.name = "modifying",
		.in_event_mask = NEWS | CLEARS | REQUESTS | RESPONSES | MEDIA,
		.out_state_mask = S(ST_ACTIVE) | S(ST_CLEARING) | ENDS,
		.action = modify_modifying,
	},
	[ST_UNACKED] = {
		.name = "unacked",
		.in_event_mask = NEWS | CLEARS | REQUESTS | MEDIA | S(EV_MODIFIED),
		.out_state_mask = S(ST_CLEARING) | ENDS,
		.action = uas_unacked,
	},
	[ST_CANCELLING] = {
		.name = "cancelling",
		.in_event_mask = CLEARS | REQUESTS | RESPONSES | MEDIA,
		.out_state_mask = S(ST_CLEARING) | ENDS,
		.action = uac_cancelling,
	},
	[ST_CLEARING] = {
		.name = "clearing",
		.in_event_mask = NEWS | CLEARS | REQUESTS | RESPONSES | MEDIA | S(EV_BYE_DONE),
		.out_state_mask = ENDS,
		.action = ending,
	},
	[ST_CLOSING] = {
		.name = "closing",
		.in_event_mask = NEWS | CLEARS | REQUESTS | RESPONSES | MEDIA | S(EV_BYE_DONE),
		.out_state_mask = S(ST_TELLING) | S(ST_GONE),
		.action = ending,
	},
	[ST_TELLING] = {
		.name = "telling",
		.in_event_mask = NEWS | CLEARS | REQUESTS | RESPONSES | MEDIA | S(EV_BYE_DONE),
		.out_state_mask = S(ST_GONE),
		.action = ending,
	},
	[ST_GONE] = {
		.name = "gone",
		.in_event_mask = NEWS | CLEARS | REQUESTS | RESPONSES | MEDIA | S(EV_BYE_DONE),
		.action = ending,
	},
};

static const struct value_string event_names[] = {
	{ EV_SETUP, "SETUP" },
	{ EV_PROCEEDING, "PROCEEDING" },
	{ EV_ALERTING, "ALERTING" },
	{ EV_PROGRESS, "PROGRESS" },
	{ EV_CONNECT, "CONNECT" },
	{ EV_DISCONNECT, "DISCONNECT" },
	{ EV_RELEASE, "RELEASE" },
	{ EV_ACK, "ACK" },
	{ EV_CANCEL, "CANCEL" },
	{ EV_BYE, "BYE" },
	{ EV_REINVITE, "re-INVITE" },
	{ EV_UNACKED, "timer H" },
	{ EV_PROVISIONAL, "1xx" },
	{ EV_SUCCESS, "2xx" },
	{ EV_FAILURE, "3xx-6xx" },
	{ EV_BYE_DONE, "BYE answered" },
	{ EV_MEDIA_UP, "media up" },
	{ EV_MEDIA_FAILED, "media failed" },
	{ EV_MEDIA_GONE, "media gone" },
	{ EV_NOTIFY, "NOTIFY" },
	{ EV_INFORMATION, "INFORMATION" },
	{ EV_UPDATE, "UPDATE" },
	{ EV_PRACK, "PRACK" },
	{ EV_MODIFIED, "modified" },
	{ EV_EXPIRED, "expired" },
	{ 0, NULL },
};

static struct osmo_fsm session_fsm = {
	.name = "sip",
	.states = states,
	.num_states = ARRAY_SIZE(states),
	.timer_cb = on_timer,
	.log_subsys = DSIP,
	.event_names = event_names,
};

static __attribute__((constructor)) void register_fsm(void)
{
	OSMO_ASSERT(osmo_fsm_register(&session_fsm) == 0);
}
