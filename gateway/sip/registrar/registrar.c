/* REGISTER requests, and calls from and to those who registered. */
#include "sip/registrar/registrar.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>
#include <sofia-sip/nta_tport.h>

#include "base/clock.h"
#include "base/log.h"
#include "call/cause.h"
#include "sip/agent/connections.h"
#include "sip/agent/tls.h"
#include "sip/guard/auth.h"
#include "sip/peer/trust.h"
#include "sip/registrar/location.h"
#include "sip/registrar/users.h"
#include "sip/session/dialog.h"
#include "sip/session/ground.h"
#include "sip/text/netaddr.h"
#include "sip/text/transport.h"

enum { KEEP_EVERY_S = 1, KEEP_AT_ONCE = 500 /* users in a transaction */ };
enum { SCREENING_PASSED = 1, SCREENING_NETWORK = 3 }; /* Q.931 4.5.10 */
enum { BAD = 400, FORBIDDEN = 403, NOT_FOUND = 404, TOO_BRIEF = 423, FAILED = 500 };

struct registrar {
	struct sip *ground;
	struct registrar_config config; /* users: NULL, they are in the table */
	struct users *users;            /* NULL: never configured */
	struct target any;              /* whoever is called by the number */
	struct location *location;      /* NULL: nothing is kept */
	struct osmo_timer_list keeper;
};

/* Keeping */

static void write_user(struct registrar *registrar, struct user *user)
{
	const char *name = user->config.peer.name;
	const struct binding *binding;

	location_forget(registrar->location, name);
	llist_for_each_entry (binding, &user->bindings.list, entry)
		location_keep(registrar->location, name, binding);
}

/* What has changed, some users at a time. True: there is more. */
static bool write_some(struct registrar *registrar)
{
	struct users *users = registrar->users;
	unsigned written = 0;
	size_t i = 0;

	location_begin(registrar->location);
	for (; i < users_count(users) && written < KEEP_AT_ONCE; i++) {
		if (!users_at(users, i)->dirty)
			continue;
		write_user(registrar, users_at(users, i));
		written++;
	}
	if (!location_commit(registrar->location))
		return true;
	for (size_t j = 0; j < i; j++)
		users_at(users, j)->dirty = false;
	return i < users_count(users);
}

static void on_keep(void *data)
{
	struct registrar *registrar = data;

	if (write_some(registrar))
		osmo_timer_schedule(&registrar->keeper, KEEP_EVERY_S, 0);
}

static void touch(struct registrar *registrar, struct user *user)
{
	user->dirty = true;
	if (registrar->location && !osmo_timer_pending(&registrar->keeper))
		osmo_timer_schedule(&registrar->keeper, KEEP_EVERY_S, 0);
}

static void on_kept(void *data, const char *name, const struct binding *binding)
{
	struct registrar *registrar = data;
	struct user *user = users_by_name(registrar->users, name);

	if (user && user->bindings.n < BINDINGS_MAX)
		bindings_add(user, &user->bindings, binding);
}

void registrar_keep(struct registrar *registrar, const char *file)
{
	if (registrar->location || !registrar->users)
		return;
	registrar->location = location_open(registrar, file);
	if (registrar->location)
		location_load(registrar->location, on_kept, registrar);
}

/* Calls to users */

static const char *transport_of(const sip_t *sip)
{
	const char *transport = sip->sip_via ? sip_via_transport(sip->sip_via) : NULL;

	return transport ? transport : "UDP";
}

/* All of ours to it goes where its own come from: a NAT lets nothing else in (RFC 5626 5.3). NULL without memory. */
static char *hop_of(void *talloc_ctx, const struct binding_flow *flow, enum transport transport)
{
	char address[NETADDR_TEXT_MAX];

	netaddr_text(&flow->address, address, sizeof(address));
	return talloc_asprintf(talloc_ctx, "sip:%s;transport=%s", address,
			       transport_name(transport));
}

static enum transport transport_in(const struct binding_flow *flow)
{
	enum transport transport = TRANSPORT_UDP;

	transport_parse(flow->transport, &transport);
	return transport;
}

/* By the proxies that it named, if any (RFC 3327). False without memory. */
static bool write_way(struct peer *guest, const struct binding *binding, struct peer_way *way)
{
	enum transport transport = transport_in(&binding->flow);

	*way = (struct peer_way){
		.address = binding->flow.address,
		.transport = transport,
		.contact = talloc_strdup(guest, binding->uri),
	};
	if (binding->path[0])
		way->route = talloc_strdup(guest, binding->path);
	else
		way->hop = hop_of(guest, &binding->flow, transport);
	return way->contact && (way->route || way->hop);
}

/* The phone's own connection is the only way to it, and ends with it (RFC 5626 5.3). */
static bool is_there(const struct binding *binding)
{
	return transport_in(&binding->flow) == TRANSPORT_UDP || binding->path[0] ||
	       connections_lead_to(&binding->flow.address);
}

static const struct binding *best(struct user *user)
{
	const struct binding *binding;

	bindings_expire(&user->bindings);
	llist_for_each_entry (binding, &user->bindings.list, entry) {
		if (is_there(binding))
			return binding;
	}
	return NULL;
}

static bool write_ways(struct peer *guest, const struct user *user)
{
	const struct binding *binding;

	guest->ways = talloc_array(guest, struct peer_way, user->bindings.n);
	if (!guest->ways)
		return false;
	llist_for_each_entry (binding, &user->bindings.list, entry) {
		if (!is_there(binding))
			continue;
		if (!write_way(guest, binding, &guest->ways[guest->n_ways]))
			return false;
		guest->n_ways++;
	}
	return peer_turn(guest);
}

/* 0, or the cause why no call can go to the user's phones now; *binding: the best of them. */
static unsigned check_user(struct user *user, struct limits *limits, const struct leg_setup *setup,
			   const struct binding **binding, const char **why)
{
	*binding = best(user);
	if (setup->precedence == LEG_ROUTINE && limits_call_out(limits, &user->config.peer.guard)) {
		*why = "user has as many calls as it may have";
		return CAUSE_CONGESTION;
	}
	if (!*binding) {
		*why = user->bindings.n ? "the connections of its phones are gone"
					: "no phone is registered";
		return CAUSE_SUBSCRIBER_ABSENT;
	}
	return 0;
}

static unsigned seize_user(struct registrar *registrar, struct user *user,
			   const struct leg_setup *setup, struct leg **leg, const char **why)
{
	const struct binding *binding;
	struct session *session = NULL;
	struct peer *guest;
	unsigned cause = check_user(user, user->limits, setup, &binding, why);

	if (cause)
		return cause;
	guest = peer_guest(registrar->ground->peers, &user->config.peer, &binding->flow.address,
			   transport_in(&binding->flow), user->limits);
	if (guest) {
		peer_hold(guest);
		session =
			write_ways(guest, user) ? dialog_outgoing(registrar->ground, guest) : NULL;
		peer_release(guest);
	}
	if (!session) {
		*why = "out of memory";
		return CAUSE_RESOURCE_UNAVAILABLE;
	}
	*leg = &session->leg;
	return 0;
}

/* The peer that has the users while it is there; NULL: they are ours. */
static struct peer *standby(const struct registrar *registrar)
{
	struct target *target = registrar->config.standby[0]
					? target_find(registrar->ground->hub, TARGET_PEER,
						      registrar->config.standby)
					: NULL;
	struct peer *peer = target ? target->data : NULL;

	return peer && peer->reach != PEER_UNREACHABLE ? peer : NULL;
}

static unsigned seize_one(struct registrar *registrar, struct user *user,
			  const struct leg_setup *setup, struct leg **leg, const char **why)
{
	struct peer *peer = standby(registrar);

	if (peer)
		return peer->target.seize(peer->target.data, setup, leg, why);
	return seize_user(registrar, user, setup, leg, why);
}

static unsigned probe_one(struct registrar *registrar, struct user *user,
			  const struct leg_setup *setup, char channel[static TARGET_CHANNEL_MAX],
			  const char **why)
{
	struct limits as_if = *user->limits; /* that it counts is lost */
	struct peer *peer = standby(registrar);
	const struct binding *binding;

	if (peer)
		return peer->target.probe(peer->target.data, setup, channel, why);
	return check_user(user, &as_if, setup, &binding, why);
}

/* target.probe of a user */
static unsigned probe_named(void *data, const struct leg_setup *setup,
			    char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	struct user *user = data;

	return probe_one(user->owner, user, setup, channel, why);
}

/* target.lets_in of a user */
static unsigned lets_in(void *data, const char *called, const char **why)
{
	const struct user *user = data;

	return peer_limits_let_in(user->limits, &user->config.peer.guard, called, why);
}

/* target.seize of a user */
static unsigned seize_named(void *data, const struct leg_setup *setup, struct leg **leg,
			    const char **why)
{
	struct user *user = data;

	return seize_one(user->owner, user, setup, leg, why);
}

/* target.may_call of a user */
static bool may_call(void *data, const char *called)
{
	const struct user *user = data;

	return !limits_number(user->limits, &user->config.peer.guard, called);
}

/* NULL, with why: nobody has the number. */
static struct user *find_called(struct registrar *registrar, const struct leg_setup *setup,
				const char **why)
{
	struct user *user = registrar->users && registrar->config.on
				    ? users_by_number(registrar->users, setup->called.digits)
				    : NULL;

	if (!user)
		*why = "no user has this number";
	return user;
}

/* target.probe of whoever has the number */
static unsigned probe_any(void *data, const struct leg_setup *setup,
			  char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	struct user *user = find_called(data, setup, why);

	return user ? probe_one(data, user, setup, channel, why) : CAUSE_UNALLOCATED;
}

/* target.seize of whoever has the number */
static unsigned seize_any(void *data, const struct leg_setup *setup, struct leg **leg,
			  const char **why)
{
	struct registrar *registrar = data;
	struct user *user = find_called(registrar, setup, why);

	if (!user)
		return CAUSE_UNALLOCATED;
	return seize_one(registrar, user, setup, leg, why);
}

/* Birth, configuration */

struct registrar *registrar_new(void *talloc_ctx, struct sip *ground)
{
	struct registrar *registrar = talloc_zero(talloc_ctx, struct registrar);

	if (!registrar)
		return NULL;
	registrar->ground = ground;
	registrar->any = (struct target){
		.kind = TARGET_USER,
		.data = registrar,
		.seize = seize_any,
		.probe = probe_any,
	};
	target_register(ground->hub, &registrar->any);
	osmo_timer_setup(&registrar->keeper, on_keep, registrar);
	return registrar;
}

static void unregister_all(const struct users *users)
{
	for (size_t i = 0; users && i < users_count(users); i++)
		target_unregister(&users_at(users, i)->target);
}

static void register_all(struct registrar *registrar)
{
	for (size_t i = 0; i < users_count(registrar->users); i++) {
		struct user *user = users_at(registrar->users, i);

		user->target.kind = TARGET_USER;
		osmo_strlcpy(user->target.name, user->config.peer.name, sizeof(user->target.name));
		user->target.data = user;
		user->owner = registrar;
		user->target.seize = seize_named;
		user->target.probe = probe_named;
		user->target.lets_in = lets_in;
		user->target.translations = user->config.peer.translations;
		user->target.may_call = may_call;
		target_register(registrar->ground->hub, &user->target);
	}
}

int registrar_apply(struct registrar *registrar, const struct registrar_config *config)
{
	struct users *users = users_new(registrar, config, registrar->users);

	if (!users)
		return -ENOMEM;
	unregister_all(registrar->users);
	talloc_free(registrar->users);
	registrar->users = users;
	registrar->config = *config;
	registrar->config.users = NULL;
	register_all(registrar);
	return 0;
}

void registrar_free(struct registrar *registrar)
{
	if (!registrar)
		return;
	if (registrar->location)
		write_some(registrar);
	osmo_timer_del(&registrar->keeper);
	location_close(registrar->location);
	unregister_all(registrar->users);
	target_unregister(&registrar->any);
	talloc_free(registrar);
}

/* Requests */

static struct user *user_of_url(const struct registrar *registrar, const url_t *url)
{
	const char *who = url && url->url_user ? url->url_user : "";

	return users_find(registrar->users, who + (*who == '+'));
}

bool registrar_serves(const struct registrar *registrar, const sip_t *sip)
{
	if (!registrar->config.on)
		return false;
	return sip->sip_request->rq_method == sip_method_register ||
	       user_of_url(registrar, sip->sip_from->a_url);
}

/* Before it is asked for a password, and with one: who it says to be, and who it then shows to be, may differ. */
static bool is_secure(struct user *user, nta_incoming_t *irq)
{
	tport_t *tport = nta_incoming_transport(NULL, irq, NULL);
	const bool secure = !user || !user->config.peer.guard.tls || tls_carries(tport);

	tport_unref(tport);
	if (!secure)
		user->limits->refused[LIMIT_TRANSPORT]++;
	return secure;
}

/* In a call of a guest (NULL: in none) it may be one who is configured no more. */
static struct user *who_claims(const struct registrar *registrar, const char *name,
			       const struct peer *guest)
{
	struct user *user = users_by_name(registrar->users, name);

	if (!user && guest && !strcmp(name, guest->config.name))
		user = users_former(registrar->users, name);
	return user;
}

/* Who sent it; NULL with the status, a challenge having been sent. */
static struct user *authenticated(struct registrar *registrar, nta_incoming_t *irq,
				  const sip_t *sip, const struct peer *guest, int *status)
{
	const struct registrar_config *config = &registrar->config;
	struct auth *auth = registrar->ground->auth;
	struct digest_credentials claim;
	enum auth_verdict verdict = auth_claim(sip, config->realm, &claim);
	struct user *user = verdict == AUTH_GOOD ? who_claims(registrar, claim.user, guest)
						 : user_of_url(registrar, sip->sip_from->a_url);
	struct sockaddr_storage source, *from = &source;

	agent_source(irq, from);

	if (!is_secure(user, irq)) {
		nta_incoming_treply(irq, FORBIDDEN, "TLS is required here",
				    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
		*status = FORBIDDEN;
		return NULL;
	}
	if (verdict == AUTH_GOOD) {
		verdict = auth_verify(auth, &claim, sip, from, user ? user->config.secret : NULL,
				      config->digests);
	}
	if (verdict == AUTH_GOOD && auth_signed_for(&claim, sip)) {
		guard_passed(registrar->ground->guard, from);
		return user;
	}
	if (verdict == AUTH_GOOD) { /* RFC 7616 3.4.6 */
		LOGP(DSIP, LOGL_NOTICE, "user %s: its answer is for %s, not for what it calls\n",
		     user->config.peer.name, claim.uri);
		verdict = AUTH_BROKEN;
	}
	if (verdict == AUTH_WRONG) {
		char address[NETADDR_TEXT_MAX];

		netaddr_text(from, address, sizeof(address));
		LOGP(DSIP, LOGL_NOTICE, "%s: wrong password for a user of the registrar\n",
		     address);
		auth_failed(auth, from);
	}
	*status = verdict == AUTH_BROKEN ? BAD
					 : auth_challenge(auth, irq, config->realm, from,
							  config->digests, verdict == AUTH_STALE);
	return NULL;
}

static int answer_register(nta_incoming_t *irq, const sip_t *sip, struct user *user)
{
	char *contacts = bindings_text(user, &user->bindings);
	bool flows = sip_has_supported(sip->sip_supported, "outbound");

	nta_incoming_treply(irq, SIP_200_OK,
			    TAG_IF(contacts && *contacts, SIPTAG_CONTACT_STR(contacts)),
			    TAG_IF(sip_path(sip), SIPTAG_PATH(sip_path(sip))),
			    TAG_IF(flows, SIPTAG_SUPPORTED_STR("path, outbound")),
			    TAG_IF(flows && sip_path(sip), SIPTAG_REQUIRE_STR("outbound")),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	talloc_free(contacts);
	return 200;
}

static int refuse_brief(const struct registrar *registrar, nta_incoming_t *irq)
{
	char least[16];

	snprintf(least, sizeof(least), "%u", registrar->config.expires_min_s);
	nta_incoming_treply(irq, SIP_423_INTERVAL_TOO_BRIEF, SIPTAG_MIN_EXPIRES_STR(least),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return TOO_BRIEF;
}

static int update(struct registrar *registrar, nta_incoming_t *irq, const sip_t *sip,
		  const struct sockaddr_storage *from, struct user *user)
{
	const struct registrar_config *config = &registrar->config;
	const struct binding_limits limits = {
		.expires_min_s = config->expires_min_s,
		.expires_max_s = config->expires_max_s,
		.expires_s = config->expires_s,
		.contacts = user->config.contacts ? user->config.contacts : config->contacts,
	};
	struct binding_flow flow = { .address = *from };
	const char *transport = transport_of(sip);
	unsigned before = user->bindings.n;
	bool changed;
	int status;

	for (size_t i = 0; i < sizeof(flow.transport) - 1 && transport[i]; i++)
		flow.transport[i] = (char)tolower((unsigned char)transport[i]);
	status = bindings_update(user, &user->bindings, sip, &flow, &limits, &changed);
	if (changed)
		touch(registrar, user);
	if (!before != !user->bindings.n)
		LOGP(DSIP, LOGL_INFO, "user %s: %s\n", user->config.peer.name,
		     before ? "is not registered any more" : "is registered");
	if (status == TOO_BRIEF)
		return refuse_brief(registrar, irq);
	return status ? status : answer_register(irq, sip, user);
}

/* Whoever names a way makes us send there: only a proxy that we trust may (RFC 3327 6). */
static bool may_name_path(const struct registrar *registrar, const sip_t *sip)
{
	const struct peer *peer = registrar->ground->asking;

	return !sip_path(sip) || (peer && peer->config.trusted);
}

int registrar_register(struct registrar *registrar, nta_incoming_t *irq, const sip_t *sip,
		       const struct sockaddr_storage *from)
{
	int status;
	su_home_t home[1] = { SU_HOME_INIT(home) };
	struct user *user;

	su_home_init(home);
	status = nta_check_required(irq, sip, sip_supported_make(home, "path, outbound"),
				    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	su_home_deinit(home);
	if (status)
		return status;
	user = authenticated(registrar, irq, sip, NULL, &status);
	if (!user)
		return status;
	/* RFC 3261 10.3 steps 4 and 5 */
	if (user_of_url(registrar, sip->sip_to->a_url) != user)
		return user_of_url(registrar, sip->sip_to->a_url) ? FORBIDDEN : NOT_FOUND;
	if (may_name_path(registrar, sip))
		return update(registrar, irq, sip, from, user);
	LOGP(DSIP, LOGL_NOTICE, "user %s: registers with a Path, and through no trusted peer\n",
	     user->config.peer.name);
	nta_incoming_treply(irq, FORBIDDEN, "Path is taken from trusted peers alone",
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return FORBIDDEN;
}

struct peer *registrar_guest(struct registrar *registrar, nta_incoming_t *irq, const sip_t *sip,
			     const struct sockaddr_storage *from, int *status)
{
	struct user *user = authenticated(registrar, irq, sip, NULL, status);
	struct binding_flow flow = { .address = *from };
	struct peer *guest;

	if (!user)
		return NULL;
	*status = FAILED;
	osmo_strlcpy(flow.transport, transport_of(sip), sizeof(flow.transport));
	guest = peer_guest(registrar->ground->peers, &user->config.peer, from, transport_in(&flow),
			   user->limits);
	if (!guest)
		return NULL;
	peer_hold(guest);
	if (sip->sip_record_route)
		return guest;
	guest->hop = hop_of(guest, &flow, guest->config.path.transport);
	if (guest->hop)
		return guest;
	peer_release(guest);
	return NULL;
}

int registrar_authenticate(struct registrar *registrar, const struct peer *guest,
			   nta_incoming_t *irq, const sip_t *sip, const url_t *target)
{
	struct user *user;
	int status = 0;

	if (!registrar->config.on || !auth_is_due(sip, target))
		return 0;
	user = authenticated(registrar, irq, sip, guest, &status);
	if (!user)
		return status;
	return !strcmp(user->config.peer.name, guest->config.name) ? 0 : FORBIDDEN;
}

/* A number that the user may show: one that it is called by, or that its `numbers` cover. */
static bool may_show(const struct user_config *user, const struct leg_number *said)
{
	const struct number_policy *policy = &user->peer.numbers;

	for (size_t i = 0; i < user->n_numbers; i++) {
		if (!strcmp(said->digits, user->numbers[i]))
			return true;
	}
	return policy->n_own && *said->digits &&
	       (numbering_is_own(policy, said) || !strcmp(said->digits, policy->default_number));
}

/* What it asserts of others that call through it is believed of a user with `trust identity`. */
static bool vouches_for(const struct user_config *user, const struct leg_number *said)
{
	return *said->digits && said->screening == SCREENING_NETWORK &&
	       trust_believes(&user->peer, TRUST_IDENTITY);
}

void registrar_identify(const struct registrar *registrar, const struct peer *guest,
			struct leg_setup *setup)
{
	const struct user *user =
		registrar->users ? users_by_name(registrar->users, guest->config.name) : NULL;

	if (!user || !user->config.n_numbers || vouches_for(&user->config, &setup->calling))
		return;
	if (!may_show(&user->config, &setup->calling)) {
		osmo_strlcpy(setup->calling.digits, user->config.numbers[0],
			     sizeof(setup->calling.digits));
		setup->calling.type = LEG_TON_UNKNOWN;
	}
	setup->calling.screening = SCREENING_PASSED;
	if (user->config.display[0])
		osmo_strlcpy(setup->calling_name, user->config.display,
			     sizeof(setup->calling_name));
}

/* For people */

bool registrar_clear(struct registrar *registrar, const char *name)
{
	struct user *user = registrar->users ? users_by_name(registrar->users, name) : NULL;

	if (user && bindings_clear(&user->bindings))
		touch(registrar, user);
	return user;
}

static bool tell_user(const struct user *user,
		      bool (*fn)(void *data, const char *user, const char *number,
				 const struct registrar_contact *contact),
		      void *data)
{
	const char *name = user->config.peer.name;
	const char *number = user->config.n_numbers ? user->config.numbers[0] : "";
	const struct binding *binding;
	bool any = false, more = true;

	llist_for_each_entry (binding, &user->bindings.list, entry) {
		struct registrar_contact contact = {
			.uri = binding->uri,
			.transport = binding->flow.transport,
			.instance = binding->instance,
			.expires_s = binding_left_s(binding),
			.q = binding->q / (double)BINDING_Q_MAX,
		};

		if (!contact.expires_s || !more)
			continue;
		any = true;
		netaddr_text(&binding->flow.address, contact.from, sizeof(contact.from));
		more = fn(data, name, number, &contact);
	}
	return any ? more : fn(data, name, number, NULL);
}

void registrar_each(const struct registrar *registrar,
		    bool (*fn)(void *data, const char *user, const char *number,
			       const struct registrar_contact *contact),
		    void *data)
{
	if (!registrar->users)
		return;
	for (size_t i = 0; i < users_count(registrar->users); i++) {
		if (!tell_user(users_at(registrar->users, i), fn, data))
			return;
	}
}

void registrar_limits_each(const struct registrar *registrar,
			   bool (*fn)(void *data, const char *user, const struct limits *limits),
			   void *data)
{
	for (size_t i = 0; registrar->users && i < users_count(registrar->users); i++) {
		const struct user *user = users_at(registrar->users, i);

		if (!fn(data, user->config.peer.name, user->limits))
			return;
	}
}
