/* Calls that go out over SIP. When an INVITE forks, the dialog that was heard last is at hand until the first
 * 2xx; nta acknowledges and clears the dialogs of later ones (RFC 3261 13.2.2.4). */
#include "sip/session/uac.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "sip/peer/supported.h"
#include "sip/session/clearing.h"
#include "sip/session/early.h"
#include "sip/session/identity.h"
#include "sip/session/messages.h"
#include "sip/session/modify.h"
#include "sip/session/redirect.h"
#include "sip/session/overlap.h"
#include "sip/session/refresh.h"
#include "sip/session/update.h"
#include "sip/text/reason.h"

enum { T_CANCEL = -2, T_NO_ANSWER = -4, MS_PER_S = 1000, ASKED_MAX = 5 };

/* The session ends before it was answered, by our own doing or theirs. */
static void end(struct session *s, unsigned cause, unsigned location)
{
	session_set_cause(s, cause, location);
	trial_end(&s->trial);
	overlap_end(s);
	nta_outgoing_destroy(s->invite_out);
	s->invite_out = NULL;
	agent_touch(s->ground->agent);
	session_close(s);
	session_say_release(s);
}

void uac_idle(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);
	const struct leg_msg *msg = data;
	struct mg_rtp rtp;

	if (event != EV_SETUP) { /* cleared before it began */
		session_set_cause(s, msg->cause, msg->location);
		session_close(s);
		return;
	}
	s->calling = true;
	s->setup = msg->setup;
	s->peer->calls_out++;
	offer_terms(session_terms(s), s->law, &rtp);
	if ((msg->setup.incomplete && !overlap_begin(s)) ||
	    !session_media_add(s, msg->setup.context, &rtp)) {
		end(s, CAUSE_RESOURCE_UNAVAILABLE, LOC_PRIVATE_LOCAL);
		return;
	}
	session_go(s, ST_PREPARING);
	if (s->overlap)
		session_say(s, LEG_SETUP_ACK, false);
}

/* The INVITE */

static bool open_dialog(struct session *s, const struct identity_invite *texts)
{
	s->dialog =
		nta_leg_tcreate(agent_nta(s->ground->agent), session_on_request, s,
				SIPTAG_FROM_STR(texts->from), SIPTAG_TO_STR(texts->to), TAG_END());
	return s->dialog && nta_leg_tag(s->dialog, NULL);
}

/* RFC 5589 7.3: a transfer to somebody who talks elsewhere already. */
static bool takes_over(const struct session *s)
{
	return *s->setup.transit.replaces && supported_transfer(&s->peer->config);
}

static nta_outgoing_t *ask(struct session *s, const struct identity_invite *texts)
{
	char supported[SUPPORTED_MAX], timer[REFRESH_HEADERS_MAX];
	char hops[8], breadth[24];
	bool reliably = s->peer->config.session.rel100 == REL100_REQUIRED;

	refresh_ask(s, timer);
	snprintf(hops, sizeof(hops), "%u", s->setup.hops - 1U); /* RFC 7332 */
	snprintf(breadth, sizeof(breadth), "Max-Breadth: %u", s->setup.breadth);
	return nta_outgoing_tcreate(
		s->dialog, session_on_invite_response, s,
		redirect_uri(s) ? NULL : trial_route(&s->trial), SIP_METHOD_INVITE,
		URL_STRING_MAKE(texts->request_uri), SIPTAG_CONTACT_STR(s->contact),
		TAG_IF(s->overlap, SIPTAG_TO_STR(texts->to)), /* it grows, the dialog's does not */
		SIPTAG_ALLOW_STR(AGENT_ALLOW),
		SIPTAG_SUPPORTED_STR(supported_text(&s->peer->config, supported)),
		TAG_IF(s->setup.hops, SIPTAG_MAX_FORWARDS_STR(hops)),
		TAG_IF(s->setup.breadth, SIPTAG_HEADER_STR(breadth)), /* one branch at a time */
		TAG_IF(reliably, SIPTAG_REQUIRE_STR("100rel")), SIPTAG_USER_AGENT_STR(AGENT_NAME),
		TAG_IF(*texts->headers, SIPTAG_HEADER_STR(texts->headers)),
		TAG_IF(*timer, SIPTAG_HEADER_STR(timer)),
		TAG_IF(takes_over(s), SIPTAG_REPLACES_STR(s->setup.transit.replaces)),
		SIPTAG_CONTENT_TYPE_STR("application/sdp"),
		SIPTAG_PAYLOAD_STR(session_our_offer(s)),
		TAG_IF(s->peer->route, SIPTAG_ROUTE_STR(s->peer->route)), PEER_TAGS(s->peer),
		TAG_END());
}

static void on_silence(void *data);

static bool send_invite(struct session *s)
{
	struct identity_invite texts;

	trial_init(&s->trial, &s->peer->hops, on_silence, s);
	identity_write_invite(s, &texts);
	snprintf(s->contact, sizeof(s->contact), "%s", texts.contact);
	if (!open_dialog(s, &texts))
		return false;
	s->invite_out = ask(s, &texts);
	if (!s->invite_out)
		return false;
	msg_t *msg = nta_outgoing_getrequest(s->invite_out);
	const sip_t *sip = sip_object(msg);
	if (sip && sip->sip_call_id)
		s->sip_call_id = talloc_strdup(s, sip->sip_call_id->i_id);
	msg_destroy(msg);
	if (s->sip_call_id)
		call_names_messages(&s->leg, messages_key(s->ground->hub, s->sip_call_id));
	agent_touch(s->ground->agent);
	LOGSES(s, LOGL_INFO, "INVITE %s, Call-ID %s\n", texts.request_uri,
	       s->sip_call_id ? s->sip_call_id : "?");
	return true;
}

/* RFC 3261 8.1.3.5: Call-ID, From and To of the one before, and no fork of it has a part in what follows. */
static bool renew_dialog(struct session *s)
{
	msg_t *msg = nta_outgoing_getrequest(s->invite_out);
	nta_leg_t *dialog = early_renew(s, sip_object(msg));

	msg_destroy(msg);
	return dialog;
}

bool uac_begin_anew(struct session *s)
{
	if (!s->early)
		return true;
	if (!renew_dialog(s))
		return false;
	s->ex = (struct exchange){ .open = EXCHANGE_OURS };
	if (s->fi->state == ST_RINGING)
		osmo_fsm_inst_state_chg_keep_timer(s->fi, ST_CALLING);
	return true;
}

/* longer: the one before may be answered yet. */
static bool ask_once_more(struct session *s, bool longer)
{
	struct identity_invite texts;
	nta_outgoing_t *invite;

	if (!renew_dialog(s))
		return false;
	identity_write_invite(s, &texts);
	if (redirect_uri(s))
		snprintf(texts.request_uri, sizeof(texts.request_uri), "%s", redirect_uri(s));
	s->ex = (struct exchange){ 0 };
	invite = ask(s, &texts);
	if (!invite)
		return false;
	if (longer)
		overlap_set_aside(s);
	else
		nta_outgoing_destroy(s->invite_out);
	s->invite_out = invite;
	agent_touch(s->ground->agent);
	LOGSES(s, LOGL_INFO, "again INVITE %s\n", texts.request_uri);
	if (s->fi->state == ST_RINGING)
		osmo_fsm_inst_state_chg_keep_timer(s->fi, ST_CALLING);
	return true;
}

/* After a final response that says what is to be different: another INVITE of the same session and exchange, as
 * the session now has it. False: there have been too many, or no memory; the old transaction is as it was. */
static bool ask_again(struct session *s)
{
	return ++s->asked <= ASKED_MAX && ask_once_more(s, false);
}

/* Another phone of who has registered is called. False: there is none. */
static bool call_next_phone(struct session *s, const char *why)
{
	if (!peer_turn(s->peer))
		return false;
	LOGSES(s, LOGL_INFO, "%s: trying %s\n", why, s->peer->contact);
	trial_init(&s->trial, &s->peer->hops, on_silence, s);
	s->asked = 0;
	peer_contact(s->peer, s->contact, sizeof(s->contact));
	return ask_again(s);
}

/* trial.on_silence: the place that is given up may answer yet; nta cancels it, or acknowledges and clears what it answered. */
static void on_silence(void *data)
{
	struct session *s = data;

	nta_outgoing_tcancel(s->invite_out, NULL, NULL, SIPTAG_USER_AGENT_STR(AGENT_NAME),
			     TAG_END());
	s->asked = 0;
	if (s->trial.spent ? call_next_phone(s, "silence") : ask_again(s))
		return;
	if (s->trial.spent)
		LOGSES(s, LOGL_NOTICE, "%s is silent\n", s->peer->contact);
	end(s, CAUSE_DESTINATION_OUT_OF_ORDER, LOC_PRIVATE_LOCAL);
}

/* There is no digit yet, so nobody to be asked. */
static bool is_undialled(struct session *s)
{
	return !*s->setup.called.digits && overlap_wants_more(s);
}

void uac_preparing(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);
	const struct leg_msg *msg = data;

	switch (event) {
	case EV_MEDIA_UP:
		if (is_undialled(s) || send_invite(s))
			session_go_timed(s, ST_CALLING, s->ground->no_answer_s * MS_PER_S,
					 T_NO_ANSWER);
		else
			end(s, CAUSE_TEMPORARY_FAILURE, LOC_PRIVATE_LOCAL);
		break;
	case EV_MEDIA_FAILED:
		end(s, CAUSE_RESOURCE_UNAVAILABLE, LOC_PRIVATE_LOCAL);
		break;
	case EV_NOTIFY:
		modify_on_notify(s, msg);
		break;
	case EV_INFORMATION: /* in the INVITE that follows */
		if (overlap_dial(s, msg) == OVERLAP_FAIL)
			end(s, CAUSE_INVALID_NUMBER, LOC_PRIVATE_LOCAL);
		break;
	default: /* DISCONNECT, RELEASE */
		end(s, msg->cause, msg->location);
	}
}

/* Provisional responses */

/* Takes a description in, if there is one that can be used; only the first is an answer, and it is for good
 * when its message cannot be lost. */
static bool take_answer(struct session *s, const sip_t *sip, bool reliable)
{
	if (s->ex.open != EXCHANGE_OURS || !session_take_answer(s, sip))
		return false;
	if (reliable)
		exchange_close(&s->ex);
	return true;
}

static void say_progress(struct session *s, const sip_t *sip, bool described)
{
	int status = sip->sip_status->st_status;

	/* Whether the sound described is silence yet, nothing says: it is let through as in-band. */
	if (status == 180)
		session_say_heard(s, LEG_ALERTING, s->ex.theirs.n_formats, sip);
	else if (described || status == 183)
		session_say_heard(s, LEG_PROGRESS, described, sip);
}

/* The number is enough as it is. */
static void end_overlap(struct session *s)
{
	if (!overlap_is_open(s))
		return;
	overlap_end(s);
	session_say(s, LEG_PROCEEDING, false);
}

static void on_provisional(struct session *s, const sip_t *sip)
{
	int status = sip->sip_status->st_status;
	bool reliable =
		sip->sip_rseq && sip->sip_to->a_tag && sip_has_feature(sip->sip_require, "100rel");

	if (s->fi->state == ST_CALLING) {
		osmo_fsm_inst_state_chg_keep_timer(s->fi, ST_RINGING);
		if (!overlap_is_open(s))
			session_say(s, LEG_PROCEEDING, false);
	}
	if (status == 100 || s->fi->state != ST_RINGING)
		return;
	if (status >= 180 && status != 199)
		end_overlap(s);
	if (sip->sip_to->a_tag && !early_hear(s, sip))
		return;
	if (reliable && !early_take_reliable(s, sip))
		return;
	modify_learn(s, sip);
	if (status == 199)
		early_drop(s);
	else
		say_progress(s, sip, take_answer(s, sip, reliable));
	session_modify(s, 0); /* what waited for the dialog */
}

/* Final responses */

/* The 2xx is acknowledged whatever it holds, or it is sent again for half a minute. False: there is no dialog
 * that could go on. */
static bool acknowledge(struct session *s, const sip_t *sip)
{
	bool dialog = early_win(s, sip);

	return session_ack(s, &s->invite_out, sip) && dialog && session_target_valid(sip);
}

static void on_success(struct session *s, const sip_t *sip)
{
	overlap_end(s);
	bool valid = acknowledge(s, sip);
	bool described = take_answer(s, sip, true) || s->ex.theirs.n_formats;

	if (valid && described) {
		exchange_close(&s->ex);
		modify_learn(s, sip);
		refresh_agreed(s, sip);
		session_go(s, ST_ACTIVE);
		session_say_heard(s, LEG_CONNECT, false, sip);
		session_active(s);
		return;
	}
	LOGSES(s, LOGL_NOTICE, "its 200 has no %s that can be used\n",
	       valid ? "session description" : "Contact");
	session_fail(s, valid ? CAUSE_BEARER_NOT_IMPLEMENTED : CAUSE_PROTOCOL_ERROR,
		     LOC_BEYOND_INTERWORKING);
}

/* A phone of who has registered failed before it rang, another one may not: it did not answer, is not there, or cannot. */
static bool try_next_phone(struct session *s, const sip_t *sip, int status)
{
	bool other = status == 408 || status == 480 || status == 503 || nta_sip_is_internal(sip);
	bool rang = s->early;

	return other && !rang && call_next_phone(s, sip->sip_status->st_phrase);
}

/* Timer B and ICMP are answered by our own side: the peer is out of order (27), so that another target may be
 * tried. */
static void on_failure(struct session *s, const sip_t *sip)
{
	int status = sip->sip_status->st_status;

	if (status == 484 && overlap_wants_more(s)) {
		LOGSES(s, LOGL_INFO, "484: more digits are wanted\n");
		return;
	}
	struct cause_map_cause cause = clearing_hear_response(s, sip);
	if (redirect_take(s, sip)) {
		end_overlap(s); /* the place that it is turned to takes no more digits */
		if (ask_again(s))
			return;
	}
	if (trial_failed(&s->trial, sip, status)) {
		s->asked = 0;
		if (ask_again(s))
			return;
	}
	if (try_next_phone(s, sip, status))
		return;
	if (status == 422 && refresh_learn_minimum(s, sip) && ask_again(s))
		return;
	if (nta_sip_is_internal(sip)) {
		cause.cause = CAUSE_DESTINATION_OUT_OF_ORDER;
		cause.location = LOC_PRIVATE_LOCAL;
		LOGSES(s, LOGL_NOTICE, "%s\n",
		       status == 408 ? "no answer to the INVITE (timer B)" : "cannot be reached");
	}
	LOGSES(s, LOGL_INFO, "%d %s: cause %u\n", status, sip->sip_status->st_phrase, cause.cause);
	if (redirect_number(s, sip, s->turns.moved_to))
		cause.cause = CAUSE_REDIRECTION;
	end(s, cause.cause, cause.location);
}

/* Giving up */

static void cancel(struct session *s)
{
	char reason[REASON_TEXT_MAX];
	bool answered = overlap_is_answered(s);

	trial_end(&s->trial);
	overlap_end(s);
	if (answered) {
		uac_never_cancelled(s);
		return;
	}
	clearing_write(s, reason, sizeof(reason));
	nta_outgoing_tcancel(s->invite_out, NULL, NULL, SIPTAG_REASON_STR(reason),
			     SIPTAG_USER_AGENT_STR(AGENT_NAME), TAG_END());
	agent_touch(s->ground->agent);
	session_media_drop(s);
	session_go_timed(s, ST_CANCELLING, s->ground->timer_b_ms, T_CANCEL);
}

void uac_no_answer(struct session *s)
{
	LOGSES(s, LOGL_NOTICE, "not answered in %u s\n", s->ground->no_answer_s);
	session_set_cause(s, CAUSE_NO_ANSWER, LOC_PRIVATE_LOCAL);
	cancel(s);
	session_say_release(s);
}

/* Overlap */

static bool ask_longer(struct session *s)
{
	s->asked = 0;
	if (!(s->invite_out ? ask_once_more(s, true) : send_invite(s)))
		return false;
	session_go_timed(s, ST_CALLING, s->ground->no_answer_s * MS_PER_S, T_NO_ANSWER);
	return true;
}

static void on_digits(struct session *s, const struct leg_msg *msg)
{
	enum overlap_next next = overlap_dial(s, msg);

	if (next == OVERLAP_WAIT || (next == OVERLAP_ASK && ask_longer(s)))
		return;
	session_set_cause(s, next == OVERLAP_FAIL ? CAUSE_INVALID_NUMBER : CAUSE_TEMPORARY_FAILURE,
			  LOC_PRIVATE_LOCAL);
	cancel(s);
	session_say_release(s);
}

void uac_calling(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);
	struct session_request *request = data;
	const struct leg_msg *msg = data;

	switch (event) {
	case EV_PROVISIONAL:
		on_provisional(s, data);
		break;
	case EV_SUCCESS:
		on_success(s, data);
		break;
	case EV_FAILURE:
		on_failure(s, data);
		break;
	case EV_REINVITE: /* RFC 3261 14.2: our own is not answered yet */
		request->status = 491;
		break;
	case EV_UPDATE: /* of a dialog that we have heard of, else 481 */
		if (s->early)
			update_take(s, request);
		break;
	case EV_MODIFIED:
		modify_early_done(s, data);
		break;
	case EV_NOTIFY:
		modify_on_notify(s, msg);
		break;
	case EV_INFORMATION:
		on_digits(s, msg);
		break;
	case EV_MEDIA_FAILED:
		session_set_cause(s, CAUSE_RESOURCE_UNAVAILABLE, LOC_PRIVATE_LOCAL);
		cancel(s);
		session_say_release(s);
		break;
	case EV_DISCONNECT:
	case EV_RELEASE:
		session_set_cause(s, msg->cause, msg->location);
		cancel(s);
		if (event == EV_DISCONNECT)
			session_say_release(s);
		break;
	default: /* BYE: before the 2xx there is no session to end (RFC 3261 15) */
		break;
	}
}

/* RFC 3261 9.1: no answer to the cancelled INVITE in 64*T1 is one. */
void uac_never_cancelled(struct session *s)
{
	nta_outgoing_destroy(s->invite_out);
	s->invite_out = NULL;
	session_close(s);
}

void uac_cancelling(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);
	const sip_t *sip = data;

	switch (event) {
	case EV_PROVISIONAL: /* acknowledged, so that it does not come again and again */
		if (sip->sip_rseq && sip->sip_to->a_tag && early_hear(s, sip))
			early_take_reliable(s, sip);
		break;
	case EV_SUCCESS: /* it crossed the CANCEL */
		acknowledge(s, data);
		session_bye(s);
		break;
	case EV_FAILURE:
		uac_never_cancelled(s);
		break;
	default:
		break;
	}
}
