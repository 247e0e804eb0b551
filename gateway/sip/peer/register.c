/* The state machine of a registration.
 *
 *   HELD --the trunk is up, or needs not be--> TRYING --2xx--> REGISTERED --time to refresh--> REFRESHING --2xx-->
 *   REGISTERED.  TRYING, REFRESHING --refused, or no answer--> WAITING --backoff (RFC 5626 4.5)--> TRYING
 *   REGISTERED, REFRESHING, TRYING, WAITING --the trunk is down--> LEAVING --answered--> HELD
 *
 * The peer's calls may come by the connection that REGISTER went by (RFC 5626): when that is closed, it is time to refresh. */
#include "sip/peer/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <osmocom/core/fsm.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <sofia-sip/su_uniqueid.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/fsm.h"
#include "base/log.h"
#include "sip/agent/connections.h"
#include "sip/agent/sockets.h"
#include "sip/peer/credentials.h"
#include "sip/peer/peer.h"
#include "sip/text/netaddr.h"

enum state { ST_HELD, ST_TRYING, ST_REGISTERED, ST_REFRESHING, ST_WAITING, ST_LEAVING };
enum event {
	EV_GO,       /* there is a line for its calls; no data */
	EV_HOLD,     /* there is none; no data */
	EV_ACCEPTED, /* sip_t */
	EV_REFUSED,  /* sip_t */
};
enum { T_REFRESH = 1, T_RETRY, T_LEAVE };
enum {
	MS_PER_S = 1000,
	US_PER_S = 1000000,
	BACKOFF_BASE_S = 30, /* RFC 5626 4.5, but for its own 1800 */
	BACKOFF_MAX_S = 1800,
	BACKOFF_STEPS = 6,   /* 30 s << 6 is past the most */
	REFRESH_LEAST = 700, /* thousandths of the time granted */
	REFRESH_MOST = 900,
	EXPIRES_LIMIT_S = 604800, /* no more is asked for, whatever Min-Expires says */
	LEAVE_MS = 4000,          /* that the answer to our going is waited for */
	LOOKUP_MS = 1000,         /* until a name may lead somewhere */
	WATCH_S = 1,              /* how often the trunk, and the connection, is looked at */
	FLOW_LASTS_S = 120,       /* a connection that was open so long was a good one */
	INTERVAL_TOO_BRIEF = 423,
	LONGER_MAX = 2, /* times in a row that a longer one is asked for at once */
	TOKEN_OCTETS = 8,
	ROUTE_MAX = 512,
	TEXT_MAX = 256,
	FSM_OBJECTS = 5,
	FSM_OCTETS = sizeof(struct osmo_fsm_inst) + 512,
};

struct registration {
	struct peer *peer;
	struct osmo_fsm_inst *fi;
	struct register_config config; /* that it goes by */
	nta_leg_t *leg;                /* one Call-ID for all (RFC 3261 10.2) */
	nta_outgoing_t *request;
	struct trial trial;               /* of the hops of the peer */
	char token[2 * TOKEN_OCTETS + 1]; /* our contact is known by it */
	unsigned asked_s, failures, status;
	unsigned longer;   /* times that the interval was too brief, in a row */
	unsigned wanted_s; /* of the request under way; 0 takes it away */
	uint64_t until_us, refresh_us, retry_us;
	uint64_t flow; /* the connection that it registered by; 0: none, or it is closed */
	uint64_t flow_since_us;
	unsigned lost; /* connections in a row that did not last */
	struct osmo_timer_list watch;
};

static struct osmo_fsm register_fsm;

static int registration_destructor(struct registration *r)
{
	osmo_timer_del(&r->watch);
	trial_end(&r->trial);
	nta_outgoing_destroy(r->request);
	nta_leg_destroy(r->leg);
	if (r->fi)
		osmo_fsm_inst_free(r->fi);
	return 0;
}

/* Texts */

static void write_domain(const struct registration *r, char *out, size_t size)
{
	const char *address = r->peer->config.address;

	if (r->config.domain[0])
		snprintf(out, size, "%s", r->config.domain);
	else
		snprintf(out, size, strchr(address, ':') ? "[%s]" : "%s", address);
}

/* The same over restarts (RFC 5626 4.1), and for each peer another: a version 5 UUID, RFC 4122 4.3, of this machine
 * and the peer's name. */
static void write_instance(const struct registration *r, char *out, size_t size)
{
	uint8_t hash[EVP_MAX_MD_SIZE] = { 0 };
	char seed[TEXT_MAX] = "";
	FILE *file = fopen("/etc/machine-id", "r");
	size_t len = file ? fread(seed, 1, sizeof(seed) / 2, file) : 0;

	if (file)
		fclose(file);
	len += (size_t)snprintf(seed + len, sizeof(seed) - len, "%s", r->peer->config.name);
	EVP_Digest(seed, len, hash, NULL, EVP_sha1(), NULL);
	hash[6] = (hash[6] & 0x0f) | 0x50;
	hash[8] = (hash[8] & 0x3f) | 0x80;
	snprintf(out, size,
		 ";+sip.instance=\"<urn:uuid:%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x>\";reg-id=1",
		 hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7], hash[8],
		 hash[9], hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]);
}

static void write_contact(const struct registration *r, char *out, size_t size)
{
	char here[NETADDR_TEXT_MAX], instance[TEXT_MAX] = "";

	peer_here(r->peer, here, sizeof(here));
	if (r->config.outbound)
		write_instance(r, instance, sizeof(instance));
	snprintf(out, size, "<sip:%s@%s%s;line=%s>%s", r->config.user, here,
		 transport_param(r->peer->config.path.transport), r->token, instance);
}

/* Sending */

static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip);

static bool open_leg(struct registration *r)
{
	char domain[TEXT_MAX], aor[2 * TEXT_MAX];

	if (r->leg)
		return true;
	write_domain(r, domain, sizeof(domain));
	snprintf(aor, sizeof(aor), "<sip:%s@%s>", r->config.user, domain);
	r->leg = nta_leg_tcreate(agent_nta(r->peer->peers->agent), NULL, NULL, SIPTAG_FROM_STR(aor),
				 SIPTAG_TO_STR(aor), TAG_END());
	return r->leg && nta_leg_tag(r->leg, NULL);
}

static bool send_register(struct registration *r, unsigned expires_s)
{
	struct peer *peer = r->peer;
	char domain[TEXT_MAX], uri[TEXT_MAX + 8], contact[3 * TEXT_MAX], expires[16];
	char *auth;

	nta_outgoing_destroy(r->request);
	r->request = NULL;
	r->wanted_s = expires_s;
	if (!trial_route(&r->trial) || !open_leg(r))
		return false;
	write_domain(r, domain, sizeof(domain));
	snprintf(uri, sizeof(uri), "sip:%s", domain);
	write_contact(r, contact, sizeof(contact));
	snprintf(expires, sizeof(expires), "%u", expires_s);
	auth = credentials_ahead(r, peer, "REGISTER", uri);
	r->request = nta_outgoing_tcreate(
		r->leg, on_response, r, trial_route(&r->trial), SIP_METHOD_REGISTER,
		URL_STRING_MAKE(uri), SIPTAG_CONTACT_STR(contact), SIPTAG_EXPIRES_STR(expires),
		SIPTAG_SUPPORTED_STR(r->config.outbound ? "path, outbound" : "path"),
		SIPTAG_USER_AGENT_STR(AGENT_NAME), TAG_IF(auth, SIPTAG_HEADER_STR(auth)),
		PEER_TAGS(peer), TAG_END());
	talloc_free(auth);
	agent_touch(peer->peers->agent);
	return r->request;
}

/* What an answer says */

/* Ours among the contacts of a 200, which has all that are registered there. */
static const sip_contact_t *our_contact(const struct registration *r, const sip_t *sip)
{
	char token[sizeof(r->token) + 1];

	for (const sip_contact_t *c = sip->sip_contact; c; c = c->m_next) {
		if (c->m_url->url_params &&
		    url_param(c->m_url->url_params, "line", token, sizeof(token)) &&
		    !strcmp(token, r->token))
			return c;
	}
	return sip->sip_contact && !sip->sip_contact->m_next ? sip->sip_contact : NULL;
}

static unsigned granted_s(const struct registration *r, const sip_t *sip)
{
	const sip_contact_t *contact = our_contact(r, sip);
	unsigned long granted = r->asked_s;

	if (contact && contact->m_expires)
		granted = strtoul(contact->m_expires, NULL, 10);
	else if (sip->sip_expires)
		granted = sip->sip_expires->ex_delta;
	return (unsigned)(granted < r->asked_s ? granted : r->asked_s);
}

/* RFC 3608: calls to the peer go this way from now on. */
static void take_service_route(struct registration *r, const sip_t *sip)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	char text[ROUTE_MAX] = "";
	size_t len = 0;

	su_home_init(home);
	for (const sip_service_route_t *route = sip_service_route(sip); route;
	     route = route->r_next) {
		const char *uri = url_as_string(home, route->r_url);
		int n = uri && url_has_param(route->r_url, "lr")
				? snprintf(text + len, sizeof(text) - len, "%s<%s>",
					   len ? ", " : "", uri)
				: -1;

		if (n < 0 || (size_t)n >= sizeof(text) - len) {
			len = 0;
			break;
		}
		len += (size_t)n;
	}
	su_home_deinit(home);
	talloc_free(r->peer->route);
	r->peer->route = len ? talloc_strdup(r->peer, text) : NULL;
}

/* RFC 3261 10.2.8: with the time that it names, if that is more than was asked for. */
static bool asks_for_more(struct registration *r, const sip_t *sip)
{
	const sip_min_expires_t *least = sip->sip_min_expires;

	if (!least || least->me_delta <= r->asked_s || least->me_delta > EXPIRES_LIMIT_S ||
	    r->longer == LONGER_MAX)
		return false;
	r->longer++;
	r->asked_s = (unsigned)least->me_delta;
	return true;
}

/* Final, and held by the caller: with its transaction, nta lets go of it. */
static void take_response(struct registration *r, nta_outgoing_t *orq, const sip_t *sip)
{
	int status = nta_outgoing_status(orq);
	nta_outgoing_t *again;

	trial_heard(&r->trial);
	again = credentials_retry(r->peer, r->leg, orq, sip, on_response, r);
	nta_outgoing_destroy(orq);
	r->request = again;
	if (again)
		return;
	if (trial_failed(&r->trial, sip, status) && send_register(r, r->wanted_s))
		return;
	r->status = (unsigned)status;
	if (status == INTERVAL_TOO_BRIEF && r->fi->state != ST_LEAVING && asks_for_more(r, sip) &&
	    send_register(r, r->asked_s))
		return;
	osmo_fsm_inst_dispatch(r->fi, status < 300 ? EV_ACCEPTED : EV_REFUSED, (void *)sip);
}

static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct registration *r = data;
	msg_t *held;

	if (nta_outgoing_status(orq) < 200 || orq != r->request)
		return 0;
	held = nta_outgoing_getresponse(orq);
	take_response(r, orq, sip);
	msg_destroy(held);
	return 0;
}

/* The next place, the last one being silent (RFC 3263 4.3). */
static void on_silence(void *data)
{
	struct registration *r = data;

	if (!send_register(r, r->wanted_s))
		osmo_fsm_inst_dispatch(r->fi, EV_REFUSED, NULL);
}

/* From the first of the places where the peer is. */
static bool begin(struct registration *r, unsigned expires_s)
{
	trial_init(&r->trial, &r->peer->hops, on_silence, r);
	r->longer = 0;
	return send_register(r, expires_s);
}

/* States */

static void go(struct registration *r, enum state state, uint64_t ms, int timer)
{
	fsm_change_ms(r->fi, state, ms, timer);
}

/* RFC 5626 4.5: doubled each time, and anywhere in its upper half. */
static unsigned backoff_ms(unsigned failures)
{
	unsigned s = BACKOFF_BASE_S << OSMO_MIN(failures, BACKOFF_STEPS);
	int ms = (int)OSMO_MIN(s, BACKOFF_MAX_S) * MS_PER_S;

	return (unsigned)su_randint(ms / 2, ms);
}

static void raise_failure(const struct registration *r, const char *phrase)
{
	char text[ALARM_TEXT_MAX];

	snprintf(text, sizeof(text), "%s: %u %s", r->config.user, r->status, phrase);
	alarm_raise(ALARM_REGISTRATION, r->peer->config.name, "", text);
}

static void back_off(struct registration *r, const sip_t *sip)
{
	const char *phrase = sip && sip->sip_status ? sip->sip_status->st_phrase : "not sent";
	uint64_t ms = backoff_ms(r->failures);

	if (!trial_route(&r->trial)) { /* its name is being looked up */
		go(r, ST_WAITING, LOOKUP_MS, T_RETRY);
		return;
	}
	if (sip && sip->sip_retry_after && sip->sip_retry_after->af_delta <= BACKOFF_MAX_S)
		ms = OSMO_MAX(ms, (uint64_t)sip->sip_retry_after->af_delta * MS_PER_S);
	r->failures++;
	r->retry_us = clock_now_us() + ms * MS_PER_S;
	LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { r->peer->config.name }),
		 "peer %s: registration of %s: %u %s; again in %u s\n", r->peer->config.name,
		 r->config.user, r->status, phrase, (unsigned)(ms / MS_PER_S));
	raise_failure(r, phrase);
	go(r, ST_WAITING, ms, T_RETRY);
}

static void try(struct registration *r, enum state state)
{
	r->retry_us = 0;
	if (state == ST_TRYING)
		r->asked_s = r->config.expires_s;
	go(r, state, 0, 0);
	if (!begin(r, r->asked_s))
		back_off(r, NULL);
}

/* By the place that was tried last; 0: it is no connection. */
static uint64_t flow_of(const struct trial *trial)
{
	const struct hop *hop = trial->n ? &trial->tried[trial->n - 1] : NULL;

	return hop && hop->transport != TRANSPORT_UDP ? connections_opened_to(&hop->address) : 0;
}

static void take_flow(struct registration *r)
{
	uint64_t flow = flow_of(&r->trial);

	if (flow == r->flow)
		return;
	r->flow = flow;
	r->flow_since_us = clock_now_us();
	if (flow)
		osmo_timer_schedule(&r->watch, WATCH_S, 0);
}

/* At once, unless that happens again and again; but no later than it is refreshed anyway. */
static void on_flow_lost(struct registration *r)
{
	uint64_t now_us = clock_now_us(), lasted_us = now_us - r->flow_since_us;
	uint64_t ms = su_randint(1, MS_PER_S), left_us;

	r->flow = 0;
	r->lost = lasted_us < (uint64_t)FLOW_LASTS_S * US_PER_S ? r->lost + 1 : 0;
	if (r->fi->state != ST_REGISTERED)
		return;
	if (r->lost > 1)
		ms = backoff_ms(r->lost - 2);
	left_us = r->refresh_us > now_us ? r->refresh_us - now_us : 0;
	ms = OSMO_MIN(ms, OSMO_MAX(left_us / MS_PER_S, 1));
	LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { r->peer->config.name }),
		 "peer %s: the connection that %s is registered by is closed; again in %u s\n",
		 r->peer->config.name, r->config.user, (unsigned)(ms / MS_PER_S));
	go(r, ST_REGISTERED, ms, T_REFRESH);
}

/* Nor may its connection be idle for so long that we close it ourselves. */
static uint64_t refresh_ms(const struct registration *r, unsigned granted_s)
{
	const unsigned most_s = r->flow ? SOCKETS_IDLE_MS / MS_PER_S : granted_s;

	return (uint64_t)OSMO_MIN(granted_s, most_s) *
	       (unsigned)su_randint(REFRESH_LEAST, REFRESH_MOST);
}

static void take_over(struct registration *r, const sip_t *sip)
{
	unsigned s = granted_s(r, sip);
	uint64_t now_us = clock_now_us(), ms;

	take_service_route(r, sip);
	if (!s) { /* it says 200, but we are not there */
		back_off(r, sip);
		return;
	}
	if (r->fi->state == ST_TRYING)
		LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { r->peer->config.name }),
			 "peer %s: %s is registered for %u s\n", r->peer->config.name,
			 r->config.user, s);
	alarm_clear(ALARM_REGISTRATION, r->peer->config.name);
	r->failures = 0;
	take_flow(r);
	ms = refresh_ms(r, s);
	r->until_us = now_us + (uint64_t)s * US_PER_S;
	r->refresh_us = now_us + ms * MS_PER_S;
	go(r, ST_REGISTERED, ms, T_REFRESH);
}

static bool is_registered(const struct registration *r)
{
	return r->until_us > clock_now_us();
}

/* Takes the registration away, if there may be one. */
static void leave(struct registration *r)
{
	bool there = is_registered(r) || r->fi->state == ST_TRYING;

	alarm_clear(ALARM_REGISTRATION, r->peer->config.name);
	r->retry_us = 0;
	if (there && begin(r, 0)) {
		go(r, ST_LEAVING, LEAVE_MS, T_LEAVE);
		return;
	}
	nta_outgoing_destroy(r->request);
	r->request = NULL;
	go(r, ST_HELD, 0, 0);
}

static void on_event(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct registration *r = fi->priv;

	switch (event) {
	case EV_GO:
		if (fi->state == ST_HELD)
			try(r, ST_TRYING);
		break;
	case EV_HOLD:
		if (fi->state != ST_HELD)
			leave(r);
		break;
	case EV_ACCEPTED:
		take_over(r, data);
		break;
	case EV_REFUSED:
		back_off(r, data);
		break;
	}
}

static void left(struct registration *r)
{
	r->until_us = 0;
	LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { r->peer->config.name }),
		 "peer %s: %s is not registered any more\n", r->peer->config.name, r->config.user);
	go(r, ST_HELD, 0, 0);
}

/* Whatever the answer; what comes back meanwhile is seen by the watch. */
static void leaving(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	(void)data;
	if (event == EV_ACCEPTED || event == EV_REFUSED)
		left(fi->priv);
}

static int on_timer(struct osmo_fsm_inst *fi)
{
	struct registration *r = fi->priv;

	if (fi->state == ST_LEAVING)
		left(r);
	else
		try(r, fi->state == ST_REGISTERED ? ST_REFRESHING : ST_TRYING);
	return 0;
}

#define S(x) (1u << (x))
#define ANSWERS (S(EV_ACCEPTED) | S(EV_REFUSED))
#define WISHES (S(EV_GO) | S(EV_HOLD))
#define ENDS (S(ST_LEAVING) | S(ST_HELD))

static const struct osmo_fsm_state states[] = {
	[ST_HELD] = {
		.name = "held",
		.in_event_mask = WISHES,
		.out_state_mask = S(ST_TRYING) | S(ST_WAITING),
		.action = on_event,
	},
	[ST_TRYING] = {
		.name = "trying",
		.in_event_mask = WISHES | ANSWERS,
		.out_state_mask = S(ST_REGISTERED) | S(ST_WAITING) | ENDS,
		.action = on_event,
	},
	[ST_REGISTERED] = {
		.name = "registered",
		.in_event_mask = WISHES,
		.out_state_mask = S(ST_REGISTERED) | S(ST_REFRESHING) | S(ST_WAITING) | ENDS,
		.action = on_event,
	},
	[ST_REFRESHING] = {
		.name = "refreshing",
		.in_event_mask = WISHES | ANSWERS,
		.out_state_mask = S(ST_REGISTERED) | S(ST_WAITING) | ENDS,
		.action = on_event,
	},
	[ST_WAITING] = {
		.name = "waiting",
		.in_event_mask = WISHES,
		.out_state_mask = S(ST_TRYING) | ENDS,
		.action = on_event,
	},
	[ST_LEAVING] = {
		.name = "leaving",
		.in_event_mask = WISHES | ANSWERS,
		.out_state_mask = S(ST_HELD),
		.action = leaving,
	},
};

static const struct value_string event_names[] = {
	{ EV_GO, "go" },           { EV_HOLD, "hold" }, { EV_ACCEPTED, "2xx" },
	{ EV_REFUSED, "refused" }, { 0, NULL },
};

static struct osmo_fsm register_fsm = {
	.name = "register",
	.states = states,
	.num_states = ARRAY_SIZE(states),
	.timer_cb = on_timer,
	.log_subsys = DSIP,
	.event_names = event_names,
};

static __attribute__((constructor)) void register_this_fsm(void)
{
	OSMO_ASSERT(osmo_fsm_register(&register_fsm) == 0);
}

/* Birth and end */

static void on_watch(void *data)
{
	struct registration *r = data;
	const struct peers *peers = r->peer->peers;
	bool up = !r->config.while_trunk[0] || !peers->trunk_up ||
		  peers->trunk_up(peers->trunk_up_data, r->config.while_trunk);

	if (r->flow && !connections_is_open(r->flow))
		on_flow_lost(r);
	if (r->config.while_trunk[0] || r->flow)
		osmo_timer_schedule(&r->watch, WATCH_S, 0);
	if (up || r->fi->state != ST_HELD)
		osmo_fsm_inst_dispatch(r->fi, up ? EV_GO : EV_HOLD, NULL);
}

static struct registration *registration_new(struct peer *peer)
{
	struct registration *r =
		talloc_pooled_object(peer, struct registration, FSM_OBJECTS, FSM_OCTETS);

	if (!r)
		return NULL;
	*r = (struct registration){ .peer = peer, .config = peer->config.registration };
	r->fi = digest_random_hex(r->token, TOKEN_OCTETS)
			? osmo_fsm_inst_alloc(&register_fsm, r, r, LOGL_DEBUG, NULL)
			: NULL;
	if (!r->fi) {
		talloc_free(r);
		return NULL;
	}
	talloc_set_destructor(r, registration_destructor);
	osmo_timer_setup(&r->watch, on_watch, r);
	return r;
}

static bool is_same(const struct register_config *a, const struct register_config *b)
{
	return !strcmp(a->user, b->user) && !strcmp(a->domain, b->domain) &&
	       a->expires_s == b->expires_s && a->outbound == b->outbound &&
	       !strcmp(a->while_trunk, b->while_trunk);
}

/* Would another REGISTER be sent now? */
static bool is_as_configured(const struct registration *r)
{
	return is_same(&r->config, &r->peer->config.registration) && !r->peer->moved;
}

void register_apply(struct peer *peer)
{
	const struct register_config *config = &peer->config.registration;

	if (peer->registration && !is_as_configured(peer->registration))
		register_stop(peer);
	peer->moved = false;
	if (peer->registration || !config->user[0])
		return;
	peer->registration = registration_new(peer);
	if (peer->registration)
		on_watch(peer->registration);
	else
		LOGABOUT(DSIP, LOGL_ERROR, LOG_ABOUT(.peer = { peer->config.name }),
			 "peer %s: no memory to register\n", peer->config.name);
}

void register_leave(struct peer *peer)
{
	if (!peer->registration)
		return;
	osmo_timer_del(&peer->registration->watch);
	if (peer->registration->fi->state != ST_HELD)
		osmo_fsm_inst_dispatch(peer->registration->fi, EV_HOLD, NULL);
}

void register_stop(struct peer *peer)
{
	struct registration *r = peer->registration;

	if (!r)
		return;
	if (r->fi->state != ST_LEAVING && is_registered(r) && begin(r, 0)) {
		nta_outgoing_destroy(r->request); /* it is sent again until answered, unheard */
		r->request = NULL;
	}
	alarm_clear(ALARM_REGISTRATION, peer->config.name);
	peer->registration = NULL;
	talloc_free(peer->route);
	peer->route = NULL;
	talloc_free(r);
}

/* For others */

struct peer *register_find(const struct peers *peers, const url_t *url)
{
	char token[2 * TOKEN_OCTETS + 2];
	struct peer *peer;

	if (!url->url_params || !url_param(url->url_params, "line", token, sizeof(token)))
		return NULL;
	llist_for_each_entry (peer, &peers->list, entry) {
		if (peer->registration && is_registered(peer->registration) &&
		    !strcmp(peer->registration->token, token))
			return peer;
	}
	return NULL;
}

static unsigned left_s(uint64_t until_us)
{
	uint64_t now_us = clock_now_us();

	return until_us > now_us ? (unsigned)((until_us - now_us + US_PER_S - 1) / US_PER_S) : 0;
}

bool register_status(const struct peer *peer, struct registration_status *out)
{
	const struct registration *r = peer->registration;

	if (!r)
		return false;
	*out = (struct registration_status){
		.peer = peer->config.name,
		.user = r->config.user,
		.domain = r->config.domain[0] ? r->config.domain : peer->config.address,
		.state = states[r->fi->state].name,
		.expires_s = left_s(r->until_us),
		.retry_s = left_s(r->retry_us),
		.status = r->status,
	};
	return true;
}
