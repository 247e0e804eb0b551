/* Requests that belong to no dialog. Only configured peers are served; whoever else speaks gets 403, or nothing. */
#include "sip/request.h"

#include <stdio.h>
#include <strings.h>

#include "base/clock.h"
#include "call/call.h"
#include "sip/admission.h"
#include "sip/agent/tls.h"
#include "sip/text/cause_map.h"
#include "sip/text/start_line.h"
#include "sip/session/dialog.h"
#include "sip/session/messages.h"
#include "sip/peer/authenticate.h"
#include "sip/peer/options.h"
#include "sip/peer/register.h"
#include "sip/peer/supported.h"
#include "sip/registrar/registrar.h"
#include "sip/session/receiving.h"
#include "sip/session/replaces.h"
#include "sip/session/uas.h"

enum { CSEQ_END = 0x80000000 }; /* RFC 3261 8.1.1.5 */

/* One tag that says something, or none: with two, each end may know the dialog by another (RFC 3261 7.3.1). */
static bool tag_valid(const char *tag, const msg_param_t *params)
{
	unsigned tags = 0;

	for (; params && *params; params++)
		tags += !strncasecmp(*params, "tag", 3) && (!(*params)[3] || (*params)[3] == '=');
	return !tags || (tags == 1 && tag && *tag);
}

/* Is there what a dialog is known by? */
static bool is_valid(const sip_t *sip)
{
	return tag_valid(sip->sip_from->a_tag, sip->sip_from->a_params) &&
	       tag_valid(sip->sip_to->a_tag, sip->sip_to->a_params) && *sip->sip_call_id->i_id &&
	       sip->sip_cseq->cs_seq < CSEQ_END;
}

/* Of any request, also where we have nothing to do with what the Request-URI names. */
static bool scheme_known(const url_t *url)
{
	return url->url_type == url_sip || url->url_type == url_sips || url->url_type == url_tel ||
	       (url->url_scheme && !strcasecmp(url->url_scheme, "urn")); /* RFC 5031 */
}

/* At most so many lines a second: a flood of calls must not become one of lines. */
static bool may_log(struct sip *ground)
{
	static const struct rate rate = { .per_s = 10 };

	return bucket_take(&ground->refusals_full_us, &rate, clock_now_us());
}

/* The number by which `why` finds it, 0: none. */
static uint32_t note_refusal(struct sip *ground, const struct peer *peer, const sip_t *sip,
			     int status, const char *why)
{
	const char *calling = sip->sip_from->a_url->url_user;
	const char *called = sip->sip_request->rq_url->url_user;

	return call_note_refusal(ground->hub,
				 &(const struct call_refusal){
					 .key = messages_key(ground->hub, sip->sip_call_id->i_id),
					 .kind = peer->target.kind,
					 .via = peer->config.name,
					 .calling = calling ? calling : "",
					 .called = called ? called : "",
					 .why = why,
					 .cause = cause_map_cause(status, 0).cause,
				 });
}

static void log_refusal(struct sip *ground, const struct peer *peer, const sip_t *sip, int status,
			const char *phrase)
{
	const char *user = sip->sip_request->rq_url->url_user;
	char why[128];
	uint32_t call;

	if (!may_log(ground))
		return;
	snprintf(why, sizeof(why), "%d %s", status, phrase ? phrase : cause_map_phrase(status));
	call = note_refusal(ground, peer, sip, status, why);
	LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.call = call, .peer = { peer->config.name }),
		 "%s %s: INVITE to %s refused: %s, Call-ID %s\n",
		 target_kind_name(peer->target.kind), peer->config.name, user ? user : "nobody",
		 why, sip->sip_call_id->i_id);
}

/* The session that the INVITE brings more digits for; one that cannot go on with them has ended. */
static struct session *find_growing(const struct sip *ground, const struct peer *peer,
				    const sip_t *sip, int status, const struct leg_setup *setup)
{
	struct session *s = receiving_find(ground, peer, sip);

	if (!s || !s->receiving->open || (!status && receiving_rest(s, &setup->called)))
		return s;
	uas_abandon(s, 484, CAUSE_INVALID_NUMBER);
	return NULL;
}

static int go_on(struct session *s, nta_incoming_t *irq, const sip_t *sip,
		 const struct leg_setup *setup, const struct offer *theirs)
{
	if (!s->receiving->open)
		return 484; /* too late */
	if (dialog_goes_on(s, irq, sip))
		uas_go_on(s, sip, setup, theirs);
	else
		uas_abandon(s, 500, CAUSE_RESOURCE_UNAVAILABLE);
	return 0;
}

static int begin(struct sip *ground, struct peer *peer, nta_incoming_t *irq, const sip_t *sip,
		 struct leg_setup *setup, const struct offer *theirs)
{
	struct session *s, *old = NULL;
	int status = replaces_find(ground, peer, sip, &old);

	if (status)
		return status;
	if (peer->target.kind == TARGET_USER)
		registrar_identify(ground->registrar, peer, setup);
	s = dialog_incoming(ground, peer, irq, sip);
	if (!s)
		return 500;
	agent_keep(ground->agent, s->contact, s->id);
	uas_begin(s, sip, setup, theirs, old);
	return 0;
}

static int on_invite(struct sip *ground, struct peer *peer, nta_incoming_t *irq, const sip_t *sip)
{
	struct leg_setup setup = { 0 };
	struct offer theirs;
	unsigned warning = 0;
	int status = dialog_is_merged(ground, sip)
			     ? 482
			     : uas_check(peer, sip, &setup, &theirs, &warning);
	struct session *growing = find_growing(ground, peer, sip, status, &setup);

	if (!status)
		status = growing ? go_on(growing, irq, sip, &setup, &theirs)
				 : begin(ground, peer, irq, sip, &setup, &theirs);
	if (status) {
		log_refusal(ground, peer, sip, status, NULL);
		uas_refuse(peer, irq, status, warning);
	}
	return status;
}

bool request_welcome(void *data, const struct sockaddr_storage *from, const char *line)
{
	struct sip *ground = data;

	return guard_welcomes(ground->guard, from, line);
}

bool request_malformed(void *data, const struct sockaddr_storage *from)
{
	struct sip *ground = data;
	const bool of_peer = peers_find(ground->peers, from, NULL);

	ground->guard->totals.malformed++;
	guard_failed(ground->guard, from, BAN_MALFORMED, of_peer);
	return of_peer || !ground->guard->config.silence;
}

/* What is refused whoever asks: 0 or the status. */
static int judge_form(const sip_t *sip)
{
	sip_method_t method = sip->sip_request->rq_method;

	int status = start_line_status(sip);

	if (status)
		return status;
	if (!is_valid(sip))
		return 400;
	if (!scheme_known(sip->sip_request->rq_url))
		return 416; /* RFC 3261 8.2.2.1 */
	if (sip->sip_to->a_tag || method == sip_method_cancel || method == sip_method_bye)
		return 481;
	return 0;
}

/* INVITEs have rates of their own, which spare emergency calls. */
static struct screen_refusal judge_rate(struct sip *ground, struct peer *peer,
					const struct sockaddr_storage *from, const sip_t *sip)
{
	if (sip->sip_request->rq_method == sip_method_invite)
		return (struct screen_refusal){ 0 };
	if (limits_request(peer->limits, &peer->config.guard, clock_now_us()))
		return guard_busy(ground->guard);
	return guard_request(ground->guard, from, true);
}

/* Who says to be a user of the registrar, and has yet to show it. */
static struct screen_refusal judge_user(struct sip *ground, const struct sockaddr_storage *from,
					const sip_t *sip)
{
	if (sip->sip_request->rq_method == sip_method_invite)
		return admission_of_invite(ground, NULL, from, sip);
	return guard_request(ground->guard, from, false);
}

#define MOVED "New calls are taken elsewhere now"

/* It came by a socket that is kept for calls that there are, and is for none of them, nor a cry for help. */
static bool is_too_late(const struct sip *ground, const sip_t *sip)
{
	return sockets_leaves(screen_tport()) && !receiving_find(ground, ground->asking, sip) &&
	       !admission_is_cry(ground, sip);
}

struct screen_refusal request_judge(void *data, const struct sockaddr_storage *from,
				    const sip_t *sip)
{
	struct sip *ground = data;
	struct screen_refusal how = { 0 };

	ground->rx_requests++;
	if (!admission_is_cry(ground, sip) && guard_drops(ground->guard, from))
		return (struct screen_refusal){ .status = SCREEN_SILENCE };
	ground->asking = peers_find(ground->peers, from, screen_tport());
	if (!ground->asking) /* a provider may call from elsewhere what we registered with it */
		ground->asking = register_find(ground->peers, sip->sip_request->rq_url);
	if (!ground->asking && !registrar_serves(ground->registrar, sip)) {
		stranger_refused(&ground->strangers, from, "is no peer's address");
		return guard_stranger(ground->guard, from);
	}
	how.status = judge_form(sip);
	if (how.status)
		return how;
	if (is_too_late(ground, sip))
		return (struct screen_refusal){ .status = 503, .phrase = MOVED };
	if (!ground->asking)
		return judge_user(ground, from, sip);
	if (ground->asking->config.guard.tls && !tls_carries(screen_tport())) {
		ground->asking->limits->refused[LIMIT_TRANSPORT]++;
		return (struct screen_refusal){ .status = 403, .phrase = "TLS is required here" };
	}
	how = judge_rate(ground, ground->asking, from, sip);
	if (!how.status && sip->sip_request->rq_method == sip_method_invite)
		how = admission_of_invite(ground, ground->asking, from, sip);
	if (how.status && sip->sip_request->rq_method == sip_method_invite)
		log_refusal(ground, ground->asking, sip, how.status, how.phrase);
	return how;
}

static bool takes_calls(const struct sip *ground)
{
	return !guard_is_overloaded(ground->guard) &&
	       (!ground->in_service || ground->in_service(ground->in_service_data));
}

/* Of one whose right to ask is shown. */
static int serve(struct sip *ground, struct peer *peer, nta_incoming_t *irq, const sip_t *sip)
{
	switch (sip->sip_request->rq_method) {
	case sip_method_invite:
		return on_invite(ground, peer, irq, sip);
	case sip_method_options:
		return options_answer(irq, &peer->config, takes_calls(ground));
	case sip_method_refer: /* transfers are of calls */
		return 403;
	case sip_method_notify: /* RFC 6665 4.1.3 */
	case sip_method_info:   /* RFC 6086 5.2 */
		return 481;
	default:
		return agent_refuse_method(irq, sip->sip_request->rq_method);
	}
}

/* What a user may not: answered, logged. Returns the status; 0: it may. */
static int refuse_user(struct sip *ground, struct peer *guest, nta_incoming_t *irq,
		       const sip_t *sip)
{
	const struct screen_refusal how = admission_of_user(ground, guest, sip);
	char retry_after[12];

	if (!how.status)
		return 0;
	if (sip->sip_request->rq_method == sip_method_invite)
		log_refusal(ground, guest, sip, how.status, how.phrase);
	snprintf(retry_after, sizeof(retry_after), "%u", how.retry_after_s);
	nta_incoming_treply(irq, how.status, how.phrase ? how.phrase : cause_map_phrase(how.status),
			    TAG_IF(how.retry_after_s, SIPTAG_RETRY_AFTER_STR(retry_after)),
			    TAG_IF(how.reason, SIPTAG_REASON_STR(how.reason)),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return how.status;
}

/* The registrar's: REGISTER, from wherever, and what its users send. */
static int accept_user(struct sip *ground, nta_incoming_t *irq, const sip_t *sip)
{
	struct sockaddr_storage from;
	struct peer *guest;
	int status = 500;

	agent_source(irq, &from);
	if (sip->sip_request->rq_method == sip_method_register)
		return registrar_register(ground->registrar, irq, sip, &from);
	guest = registrar_guest(ground->registrar, irq, sip, &from, &status);
	if (!guest)
		return status;
	status = supported_check(&guest->config, irq, sip);
	if (!status)
		status = refuse_user(ground, guest, irq, sip);
	if (!status)
		status = serve(ground, guest, irq, sip);
	peer_release(guest);
	return status;
}

/* The value returned is the response that is sent, unless one was; 0: one will be. */
int request_accept(void *data, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip)
{
	struct sip *ground = data;
	sip_method_t method = sip->sip_request->rq_method;
	int status;

	(void)leg;
	if (registrar_serves(ground->registrar, sip) &&
	    (!ground->asking || method == sip_method_register))
		return accept_user(ground, irq, sip);
	if (supported_check(&ground->asking->config, irq, sip))
		return 420;
	status = authenticate_peer(ground->auth, ground->asking, irq, sip, NULL);
	return status ? status : serve(ground, ground->asking, irq, sip);
}

int request_authenticate(struct sip *ground, struct peer *peer, nta_incoming_t *irq,
			 const sip_t *sip, const url_t *target)
{
	const bool user = peer->target.kind == TARGET_USER;

	ground->asking = user ? NULL : peer;
	if (user)
		return registrar_authenticate(ground->registrar, peer, irq, sip, target);
	return authenticate_peer(ground->auth, peer, irq, sip, target);
}
