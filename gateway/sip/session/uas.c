/* Calls that come in over SIP. The termination is added as soon as the call has somewhere to go, so that its
 * address is at hand; the codec is settled when it is first described, as the far circuit's law is known
 * by then. Responses that carry the description wait for the termination. */
#include "sip/session/uas.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>

#include "sip/peer/supported.h"
#include "sip/session/clearing.h"
#include "sip/session/identity.h"
#include "sip/session/modify.h"
#include "sip/session/receiving.h"
#include "sip/session/refresh.h"
#include "sip/session/reliable.h"
#include "sip/session/replaces.h"
#include "sip/session/update.h"
#include "sip/session/way.h"
#include "sip/text/cause_map.h"
#include "sip/text/reason.h"
#include "sip/text/service_urn.h"

enum { RINGING = 180, IN_PROGRESS = 183, OK = 200 };
enum { T_EXPIRES = -3, EXPIRES_MAX_S = 86400, MS_PER_S = 1000 };
enum { RELIABLE_AGAIN_S = 150 }; /* RFC 3262 3: what was received is not sent again, but followed */

/* RFC 3261 8.2.3: could the caller take our description? What does not say so can. */
static bool accepts_sdp(const sip_t *sip)
{
	for (const sip_accept_t *accept = sip->sip_accept; accept; accept = accept->ac_next) {
		const char *type = accept->ac_type;

		if (!type || !*type || !strcasecmp(type, "application/sdp") ||
		    !strcasecmp(type, "application/*") || !strcmp(type, "*/*"))
			return true;
	}
	return !sip->sip_accept;
}

int uas_check(const struct peer *peer, const sip_t *sip, struct leg_setup *setup,
	      struct offer *theirs, unsigned *warning)
{
	const url_t *url = sip->sip_request->rq_url;
	struct mg_rtp rtp;

	if (!session_target_valid(sip))
		return 400;
	if (refresh_is_too_short(peer, sip))
		return 422;
	if (reliable_check(peer, sip))
		return 421;
	if (url->url_type != url_sip && url->url_type != url_tel && !service_urn_sos(url))
		return 416; /* RFC 3261 8.2.2.1 */
	int status = identity_read_invite(peer, sip, setup);
	if (status && !sip->sip_replaces) /* that one has called already */
		return status;
	if (!accepts_sdp(sip))
		return 406;
	status = session_read_sdp(sip, theirs, warning);
	if (status)
		return status;
	/* Q.1912.5 table 2: what G.711 is, and clear data. */
	setup->bearer = offer_is_data(theirs) ? LEG_UNRESTRICTED : LEG_AUDIO_3K1;
	if (theirs->n_formats &&
	    !offer_agree(theirs, session_terms_of(peer, setup->bearer), LEG_LAW_ANY, &rtp)) {
		*warning = offer_disagreement(theirs, session_terms_of(peer, setup->bearer));
		return 488;
	}
	return 0;
}

static bool has_target(nta_incoming_t *irq)
{
	msg_t *msg = nta_incoming_getrequest(irq);
	bool has = session_target_valid(sip_object(msg));

	msg_destroy(msg);
	return has;
}

void uas_refuse(const struct peer *peer, nta_incoming_t *irq, int status, unsigned warning)
{
	if (status == 422)
		refresh_refuse(peer, irq);
	else if (status == 421)
		nta_incoming_treply(irq, SIP_421_EXTENSION_REQUIRED, SIPTAG_REQUIRE_STR("100rel"),
				    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	else if (status == 400 && !has_target(irq))
		nta_incoming_treply(irq, status, "Bad Contact Or Route",
				    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	else
		session_refuse_sdp(irq, status, warning);
}

/* The caller's limit on the time to answer, ms; 0: none that matters (RFC 3261 13.3.1). */
static unsigned expires_ms(const sip_t *sip)
{
	const sip_expires_t *expires = sip->sip_expires;

	if (!expires || expires->ex_date || expires->ex_delta > EXPIRES_MAX_S)
		return 0;
	return expires->ex_delta ? (unsigned)expires->ex_delta * MS_PER_S : 1;
}

static void on_silence(void *data);
static void refuse(struct session *s, int status);
static void take_place(struct session *s, struct session *old, uint8_t law);

/* What an INVITE says of its session. */
static void hear_invite(struct session *s, const sip_t *sip, const struct offer *theirs)
{
	s->ex.theirs = *theirs;
	s->ex.open = theirs->n_formats ? EXCHANGE_THEIRS : EXCHANGE_NONE;
	s->ex.agreed = false;
	s->reliably = reliable_possible(s->peer, sip);
	modify_learn(s, sip);
	nta_incoming_treply(s->invite_in, SIP_100_TRYING, TAG_END());
	osmo_timer_schedule(&s->silence, AGENT_PROGRESS_S, 0);
}

static bool comes_in_parts(const struct session *s, const struct leg_setup *setup,
			   const struct session *old)
{
	return s->peer->config.session.receiving_s && !old && setup->precedence == LEG_ROUTINE;
}

void uas_begin(struct session *s, const sip_t *sip, const struct leg_setup *setup,
	       const struct offer *theirs, struct session *old)
{
	struct leg_msg msg = { .verb = LEG_SETUP, .setup = *setup };

	osmo_timer_setup(&s->silence, on_silence, s);
	hear_invite(s, sip, theirs);
	s->setup.bearer = setup->bearer;
	memcpy(s->heard_number, setup->calling.digits, sizeof(s->heard_number));
	if (theirs->n_formats && offer_agree(theirs, session_terms(s), LEG_LAW_ANY, &s->rtp))
		msg.law = (uint8_t)offer_law(s->rtp.codec);
	s->peer->calls_in++;
	identity_read_uui(s, sip, &msg);
	session_go_timed(s, ST_INCOMING, expires_ms(sip), T_EXPIRES);
	if (comes_in_parts(s, setup, old))
		receiving_begin(s, sip, &msg.setup); /* without memory: the number is whole */
	if (old)
		take_place(s, old, msg.law);
	else
		call_hears(s->ground->hub, &s->leg, &msg);
	if (!s->leg.call)
		return; /* refused, and told so */
	s->call_id = call_id(s->leg.call);
	LOGSES(s, LOGL_INFO, "INVITE from %s to %s, Call-ID %s\n", setup->calling.digits,
	       setup->called.digits, s->sip_call_id);
}

/* Where their sound goes may have changed; the termination may be there already. */
static void follow_offer(struct session *s)
{
	struct mg_rtp rtp;

	if (!s->ex.theirs.n_formats || !offer_agree(&s->ex.theirs, session_terms(s), s->law, &rtp))
		return;
	if (s->media == MEDIA_NONE)
		s->rtp = rtp;
	else
		session_media_modify(s, &rtp);
	if (s->ours.fresh)
		description_new_round(&s->ours);
}

void uas_go_on(struct session *s, const sip_t *sip, const struct leg_setup *setup,
	       const struct offer *theirs)
{
	struct leg_msg more = { .verb = LEG_INFORMATION };

	snprintf(more.digits, sizeof(more.digits), "%s", receiving_rest(s, &setup->called));
	hear_invite(s, sip, theirs);
	follow_offer(s);
	receiving_note(s, sip, &setup->called);
	LOGSES(s, LOGL_INFO, "INVITE with more digits: %s\n", setup->called.digits);
	session_say_all(s, &more);
}

void uas_abandon(struct session *s, int status, unsigned cause)
{
	session_set_cause(s, cause, LOC_PRIVATE_LOCAL);
	refuse(s, status);
	session_say_release(s);
}

/* Final responses */

/* No call is taken, so that it is worth to try elsewhere (RFC 3261 21.5.4). */
static bool out_of_service(const struct sip *ground)
{
	return ground->in_service && !ground->in_service(ground->in_service_data);
}

/* contact: where else to try, with 301; NULL otherwise. */
static void refuse_to(struct session *s, int status, const char *contact)
{
	const bool later = status == 503 && out_of_service(s->ground);
	char reason[REASON_TEXT_MAX], headers[IDENTITY_HEADERS_MAX];

	receiving_end(s);
	clearing_write(s, reason, sizeof(reason)); /* RFC 6432 */
	identity_write_end(s, headers);
	nta_incoming_treply(s->invite_in, status, cause_map_phrase(status),
			    TAG_IF(s->cause, SIPTAG_REASON_STR(reason)),
			    TAG_IF(contact, SIPTAG_CONTACT_STR(contact)),
			    TAG_IF(later, SIPTAG_RETRY_AFTER_STR("10")),
			    TAG_IF(*headers, SIPTAG_HEADER_STR(headers)),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	nta_incoming_destroy(s->invite_in);
	s->invite_in = NULL;
	agent_touch(s->ground->agent);
	session_close(s);
}

static void refuse(struct session *s, int status)
{
	refuse_to(s, status, NULL);
}

/* The peer's new session instead of its old one: it is as if it were answered. */
static void take_place(struct session *s, struct session *old, uint8_t law)
{
	int status = replaces_take(s, old, (enum leg_law)law);

	if (status)
		refuse(s, status);
}

static void refuse_by_cause(struct session *s, unsigned cause, unsigned location)
{
	session_set_cause(s, cause, location);
	refuse(s, clearing_status(s));
}

/* As the hub says. RFC 3398 7.2.4.1: cause 22 with the new number is 301, and we are the way to that one. */
static void refuse_as_told(struct session *s, const struct leg_msg *msg)
{
	const char *here = s->contact + strlen("<sip:");
	char contact[sizeof(s->contact) + LEG_DIGITS_MAX];

	if (s->cause || msg->cause != CAUSE_NUMBER_CHANGED || !msg->moved_to[0]) {
		refuse_by_cause(s, msg->cause, msg->location);
		return;
	}
	session_set_cause(s, msg->cause, msg->location);
	snprintf(contact, sizeof(contact), "<sip:%s@%s", msg->moved_to, here);
	refuse_to(s, 301, contact);
}

/* sdp NULL: all was said before. */
static void send_2xx(struct session *s, const char *sdp, enum session_state next)
{
	char identity[IDENTITY_HEADERS_MAX], timer[REFRESH_HEADERS_MAX], supported[SUPPORTED_MAX];
	msg_t *msg = nta_incoming_getrequest(s->invite_in);

	identity_write_answer(s, identity);
	refresh_answer(s, sip_object(msg), timer);
	nta_incoming_treply(s->invite_in, SIP_200_OK, SIPTAG_CONTACT_STR(s->contact),
			    SIPTAG_ALLOW_STR(AGENT_ALLOW),
			    SIPTAG_SUPPORTED_STR(supported_text(&s->peer->config, supported)),
			    SIPTAG_SERVER_STR(AGENT_NAME),
			    TAG_IF(*identity, SIPTAG_HEADER_STR(identity)),
			    TAG_IF(*timer, SIPTAG_HEADER_STR(timer)),
			    TAG_IF(sdp, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
			    TAG_IF(sdp, SIPTAG_PAYLOAD_STR(sdp)), TAG_END());
	msg_destroy(msg);
	agent_touch(s->ground->agent);
	session_go(s, next);
}

/* Until our first answer is out, the codec may still follow the far circuit's law. */
static void settle(struct session *s)
{
	struct mg_rtp rtp;

	if (!s->ours.fresh && s->ex.theirs.n_formats &&
	    offer_agree(&s->ex.theirs, session_terms(s), s->law, &rtp) && rtp.codec != s->rtp.codec)
		session_media_modify(s, &rtp);
}

static void answer(struct session *s)
{
	if (s->ex.open == EXCHANGE_THEIRS)
		send_2xx(s, session_our_answer(s, false), ST_CONFIRMING);
	else if (s->ex.agreed && s->ours.fresh) /* in a reliable response (RFC 6337 3.1.1) */
		send_2xx(s, NULL, ST_CONFIRMING);
	else
		send_2xx(s, session_our_offer(s), ST_OFFERING);
}

/* Provisional responses */

/* The description for a provisional response, NULL: none. Once described, the sound is described in every
 * response that may be lost (RFC 3261 13.2.1); in one that cannot be, it is an answer or offer for good, and is
 * not said again (RFC 3262 5, RFC 6337 3.1.1). */
static const char *sound_sdp(struct session *s, bool sound)
{
	if (!sound && (s->reliably || !s->ours.fresh))
		return NULL;
	if (s->ex.open == EXCHANGE_THEIRS) {
		settle(s);
		return session_our_answer(s, !s->reliably);
	}
	return s->ex.open == EXCHANGE_NONE && !s->ex.agreed ? session_our_offer(s) : NULL;
}

static void send_unreliable(struct session *s, int status, const char *sdp)
{
	char identity[IDENTITY_HEADERS_MAX], supported[SUPPORTED_MAX];

	identity_write_answer(s, identity);
	nta_incoming_treply(s->invite_in, status, NULL, SIPTAG_CONTACT_STR(s->contact),
			    SIPTAG_ALLOW_STR(AGENT_ALLOW),
			    SIPTAG_SUPPORTED_STR(supported_text(&s->peer->config, supported)),
			    SIPTAG_SERVER_STR(AGENT_NAME),
			    TAG_IF(*identity, SIPTAG_HEADER_STR(identity)),
			    TAG_IF(sdp, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
			    TAG_IF(sdp, SIPTAG_PAYLOAD_STR(sdp)), TAG_END());
}

/* It goes when the one before it was acknowledged; of several that wait the last. */
static void wait_with(struct session *s, int status, bool sound)
{
	if (s->waiting != OK)
		s->waiting = status;
	s->waiting_sound |= sound;
}

static void send_1xx(struct session *s, int status, bool sound)
{
	if (s->reliable) {
		wait_with(s, status, sound);
		return;
	}
	const char *sdp = sound_sdp(s, sound);
	if (s->reliably)
		reliable_send(s, status, sdp);
	else
		send_unreliable(s, status, sdp);
	agent_touch(s->ground->agent);
	s->last_1xx = status;
	osmo_timer_del(&s->silence);
	if (s->reliably)
		osmo_timer_schedule(&s->silence, RELIABLE_AGAIN_S, 0);
}

/* RFC 3261 13.3.1.1: so that no proxy gives the call up. What was sent nta sends again each minute. */
static void on_silence(void *data)
{
	struct session *s = data;

	if (s->fi->state == ST_INCOMING && !s->reliable)
		send_1xx(s, s->last_1xx ? s->last_1xx : IN_PROGRESS, false);
}

static bool add_media(struct session *s)
{
	struct mg_rtp rtp;

	if (s->media != MEDIA_NONE)
		return true;
	if (s->ex.theirs.n_formats)
		offer_agree(&s->ex.theirs, session_terms(s), s->law, &rtp);
	else
		offer_terms(session_terms(s), s->law, &rtp);
	return session_media_add(s, call_context(s->leg.call), &rtp);
}

static void give_up_media(struct session *s)
{
	refuse_by_cause(s, CAUSE_RESOURCE_UNAVAILABLE, LOC_PRIVATE_LOCAL);
	session_say_release(s);
}

/* Can sound before the answer be described? Without an offer only in a response that offers. */
static bool can_sound(const struct session *s)
{
	return s->ex.theirs.n_formats || s->reliably;
}

static void respond_now(struct session *s, int status)
{
	if (status != OK) {
		send_1xx(s, status, s->waiting_sound);
		return;
	}
	settle(s);
	answer(s);
}

/* A response with sound, when there is some. The 2xx waits for the PRACK of what is on its way (RFC 3262 3). */
static void respond(struct session *s, int status)
{
	if (!can_sound(s) && status != OK) {
		send_1xx(s, status, false);
		return;
	}
	if (!add_media(s)) {
		give_up_media(s);
		return;
	}
	wait_with(s, status, status != OK);
	if (s->media != MEDIA_UP || s->reliable)
		return;
	s->waiting = 0;
	respond_now(s, status);
	s->waiting_sound = false;
}

/* The termination is there, or the PRACK. */
static void respond_waiting(struct session *s)
{
	int status = s->waiting;

	if (!status || s->reliable || (s->waiting_sound && s->media != MEDIA_UP) ||
	    (status == OK && s->media != MEDIA_UP))
		return;
	s->waiting = 0;
	respond_now(s, status);
	s->waiting_sound = false;
}

/* RFC 3262 3: our response may never have come there. */
static void on_unacknowledged(struct session *s)
{
	LOGSES(s, LOGL_NOTICE, "no PRACK\n");
	session_set_cause(s, CAUSE_RECOVERY_ON_TIMER, LOC_PRIVATE_LOCAL);
	refuse(s, 504);
	session_say_release(s);
}

static void on_prack(struct session *s, struct session_request *request)
{
	if (reliable_take_prack(s, request)) {
		respond_waiting(s);
		session_modify(s, 0); /* what waited for the dialog */
		return;
	}
	LOGSES(s, LOGL_NOTICE, "the PRACK brings no answer that can be used\n");
	session_set_cause(s, CAUSE_BEARER_NOT_IMPLEMENTED, LOC_BEYOND_INTERWORKING);
	refuse(s, 488);
	session_say_release(s);
}

static void on_hub(struct session *s, uint32_t event, const struct leg_msg *msg)
{
	if (event != EV_PROGRESS && event != EV_NOTIFY)
		receiving_end(s);
	switch (event) {
	case EV_PROCEEDING:
		if (!add_media(s))
			give_up_media(s);
		break;
	case EV_ALERTING:
		if (msg->inband)
			respond(s, RINGING);
		else
			send_1xx(s, RINGING, false);
		break;
	case EV_PROGRESS:
		if (msg->inband)
			respond(s, IN_PROGRESS);
		break;
	case EV_DISCONNECT:
		if (msg->inband && can_sound(s)) {
			respond(s, IN_PROGRESS);
		} else { /* nothing to hear, or no offer to answer with where it is heard */
			refuse_as_told(s, msg);
			session_say_release(s);
		}
		break;
	case EV_CONNECT:
		respond(s, OK);
		break;
	default:
		refuse_as_told(s, msg);
	}
}

/* The caller gave up (RFC 3261 9.2, and 15.1.2 for BYE). */
static void on_given_up(struct session *s, const sip_t *sip)
{
	clearing_hear(s, sip);
	refuse(s, 487);
	session_say_release(s);
}

void uas_expired(struct session *s)
{
	LOGSES(s, LOGL_INFO, "not answered in the time that its INVITE gave\n");
	session_set_cause(s, CAUSE_NO_ANSWER, LOC_USER);
	refuse(s, 487);
	session_say_release(s);
}

void uas_incoming(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct session *s = session_of(fi);
	struct session_request *request = data;

	switch (event) {
	case EV_BYE:
		request->status = 200;
		on_given_up(s, request->sip);
		break;
	case EV_CANCEL:
		on_given_up(s, request->sip);
		break;
	case EV_REINVITE:
		session_refuse_for_now(request);
		break;
	case EV_MEDIA_UP:
		respond_waiting(s);
		break;
	case EV_PRACK:
		on_prack(s, request);
		break;
	case EV_UPDATE:
		update_take(s, request);
		break;
	case EV_UNACKED:
		on_unacknowledged(s);
		break;
	case EV_NOTIFY:
		modify_on_notify(s, data);
		break;
	case EV_MODIFIED:
		modify_early_done(s, data);
		break;
	case EV_MEDIA_FAILED:
		give_up_media(s);
		break;
	default:
		on_hub(s, event, data);
	}
}

void uas_reinvite(struct session *s, struct session_request *request)
{
	const sip_t *sip = request->sip;
	unsigned warning = 0;
	int status = sip->sip_contact && !session_target_valid(sip) ? 400 : 0;

	if (refresh_is_too_short(s->peer, sip)) {
		request->status = refresh_refuse(s->peer, request->irq);
		return;
	}
	if (!status)
		status = session_take_offer(s, sip, &warning);
	if (status) {
		session_refuse_sdp(request->irq, status, warning);
		request->status = status;
		return;
	}
	nta_leg_server_route(s->dialog, NULL, sip->sip_contact);
	s->invite_in = request->irq;
	way_learn(s);
	nta_incoming_bind(s->invite_in, session_on_ack_or_cancel, s);
	request->status = 0;
	modify_learn(s, sip);
	identity_hear_party(s, sip);
	if (s->ex.open == EXCHANGE_NONE)
		description_new_round(&s->ours);
	answer(s);
}
