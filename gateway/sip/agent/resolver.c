/* RFC 3263 4.1 and 4.2 as three rounds: which services (NAPTR), which hosts (SRV), which addresses. Each round ends when
 * all of its answers are there. */
#include "sip/agent/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

struct question;
#define SRES_CONTEXT_T struct question
#include <sofia-sip/sresolv.h>
#include <sofia-resolv/sres_record.h>

#include "base/log.h"
#include "sip/text/netaddr.h"

enum {
	SERVICES_MAX = 6,
	TARGETS_MAX = 12,
	QUESTIONS_MAX = 2 * TARGETS_MAX,
	TTL_MIN_S = 5,
	TTL_MAX_S = 3600,
};

struct resolver {
	su_root_t *root;
	sres_resolver_t *sres;
	int file; /* what sresolv reads in place of resolv.conf; -1: that itself */
};

/* A domain that has SRV records, or should. */
struct service {
	char domain[HOP_HOST_MAX];
	enum transport transport;
	unsigned order; /* the smallest first */
};

struct srv_target {
	char host[HOP_HOST_MAX];
	uint16_t port, weight;
	enum transport transport;
	unsigned rank; /* of its service, then its priority; the smallest first */
	bool used;
	struct sockaddr_storage v4[4], v6[4];
	size_t n4, n6;
};

struct question {
	struct lookup *lookup;
	sres_query_t *query;
	size_t about; /* index of the service or target */
	void (*take)(struct lookup *, size_t about, sres_record_t **answers);
};

struct lookup {
	struct resolver *resolver;
	struct hop_query terms;
	void (*done)(void *data, const struct hop_list *list);
	void *data;
	struct service services[SERVICES_MAX];
	struct srv_target targets[TARGETS_MAX];
	struct question questions[QUESTIONS_MAX];
	size_t n_services, n_targets, n_questions;
	unsigned pending;
	enum { ROUND_NAPTR, ROUND_SRV, ROUND_ADDRESS } round;
	uint32_t ttl_s;
	struct osmo_timer_list turn; /* the next round comes from the loop */
};

/* Questions */

static void end_question(struct lookup *lookup)
{
	if (--lookup->pending == 0)
		osmo_timer_schedule(&lookup->turn, 0, 0);
}

static void on_answer(struct question *question, sres_query_t *query, sres_record_t **answers)
{
	struct lookup *lookup = question->lookup;

	(void)query;
	question->query = NULL;
	question->take(lookup, question->about, answers);
	sres_free_answers(lookup->resolver->sres, answers);
	end_question(lookup);
}

static void ask(struct lookup *lookup, uint16_t type, const char *domain, size_t about,
		void (*take)(struct lookup *, size_t about, sres_record_t **answers))
{
	sres_resolver_t *sres = lookup->resolver->sres;
	sres_record_t **cached;
	struct question *question;

	if (lookup->n_questions == QUESTIONS_MAX)
		return;
	question = &lookup->questions[lookup->n_questions++];
	*question = (struct question){ .lookup = lookup, .about = about, .take = take };
	lookup->pending++;
	cached = sres_cached_answers(sres, type, domain);
	if (cached) {
		on_answer(question, NULL, cached);
		return;
	}
	question->query = sres_query(sres, on_answer, question, type, domain);
	if (!question->query)
		end_question(lookup);
}

static void note_ttl(struct lookup *lookup, const sres_record_t *record)
{
	if (record->sr_record->r_ttl < lookup->ttl_s)
		lookup->ttl_s = record->sr_record->r_ttl;
}

static bool is_good(struct lookup *lookup, const sres_record_t *record, uint16_t type)
{
	if (record->sr_record->r_status || record->sr_record->r_type != type)
		return false;
	note_ttl(lookup, record);
	return true;
}

/* Rounds */

static void add_service(struct lookup *lookup, const char *domain, enum transport transport,
			unsigned order)
{
	struct service *service;

	if (lookup->n_services == SERVICES_MAX || strlen(domain) >= HOP_HOST_MAX)
		return;
	service = &lookup->services[lookup->n_services++];
	*service = (struct service){ .transport = transport, .order = order };
	snprintf(service->domain, sizeof(service->domain), "%s", domain);
}

static struct srv_target *add_target(struct lookup *lookup, const char *host, uint16_t port,
				     enum transport transport)
{
	struct srv_target *target;

	if (lookup->n_targets == TARGETS_MAX || strlen(host) >= HOP_HOST_MAX)
		return NULL;
	target = &lookup->targets[lookup->n_targets++];
	*target = (struct srv_target){ .port = port, .transport = transport };
	snprintf(target->host, sizeof(target->host), "%s", host);
	return target;
}

/* RFC 3263 4.1: what each service of NAPTR is. False: none that we can use. */
static bool naptr_transport(const struct lookup *lookup, const char *services, enum transport *out)
{
	static const char *const names[TRANSPORTS] = {
		[TRANSPORT_UDP] = "SIP+D2U",
		[TRANSPORT_TCP] = "SIP+D2T",
		[TRANSPORT_TLS] = "SIPS+D2T",
	};

	for (unsigned t = 0; t < TRANSPORTS; t++) {
		if (lookup->terms.usable[t] && !strcasecmp(services, names[t])) {
			*out = (enum transport)t;
			return true;
		}
	}
	return false;
}

static void take_naptr(struct lookup *lookup, size_t about, sres_record_t **answers)
{
	(void)about;
	for (; answers && *answers; answers++) {
		const sres_naptr_record_t *r = (*answers)->sr_naptr;
		enum transport transport;

		if (is_good(lookup, *answers, sres_type_naptr) && !strcasecmp(r->na_flags, "s") &&
		    naptr_transport(lookup, r->na_services, &transport))
			add_service(lookup, r->na_replace, transport,
				    (unsigned)r->na_order << 16 | r->na_prefer);
	}
}

static void take_srv(struct lookup *lookup, size_t about, sres_record_t **answers)
{
	const struct service service = lookup->services[about];

	for (; answers && *answers; answers++) {
		const sres_srv_record_t *r = (*answers)->sr_srv;
		struct srv_target *target;

		if (!is_good(lookup, *answers, sres_type_srv) || !strcmp(r->srv_target, "."))
			continue;
		target = add_target(lookup, r->srv_target, r->srv_port, service.transport);
		if (!target)
			return;
		target->weight = r->srv_weight;
		target->rank = (unsigned)about << 16 | r->srv_priority;
	}
}

static void take_a(struct lookup *lookup, size_t about, sres_record_t **answers)
{
	struct srv_target *target = &lookup->targets[about];

	for (; answers && *answers && target->n4 < ARRAY_SIZE(target->v4); answers++) {
		struct sockaddr_in *in = (struct sockaddr_in *)&target->v4[target->n4];

		if (!is_good(lookup, *answers, sres_type_a))
			continue;
		in->sin_family = AF_INET;
		in->sin_addr = (*answers)->sr_a->a_addr;
		netaddr_set_port(&target->v4[target->n4++], target->port);
	}
}

static void take_aaaa(struct lookup *lookup, size_t about, sres_record_t **answers)
{
	struct srv_target *target = &lookup->targets[about];

	for (; answers && *answers && target->n6 < ARRAY_SIZE(target->v6); answers++) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&target->v6[target->n6];

		if (!is_good(lookup, *answers, sres_type_aaaa))
			continue;
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, &(*answers)->sr_aaaa->aaaa_addr, sizeof(in6->sin6_addr));
		netaddr_set_port(&target->v6[target->n6++], target->port);
	}
}

static int by_order(const void *a, const void *b)
{
	const struct service *x = a, *y = b;

	return x->order < y->order ? -1 : x->order > y->order;
}

/* RFC 3263 4.1: without NAPTR, the services that could be are asked about; TLS first, as it is the safer. */
static void guess_services(struct lookup *lookup)
{
	static const struct {
		enum transport transport;
		const char *prefix;
	} known[] = {
		{ TRANSPORT_UDP, "_sip._udp." },
		{ TRANSPORT_TCP, "_sip._tcp." },
		{ TRANSPORT_TLS, "_sips._tcp." },
	};
	const struct hop_query *terms = &lookup->terms;
	char domain[HOP_HOST_MAX + 16];

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!terms->usable[known[i].transport] ||
		    (!terms->any_transport && known[i].transport != terms->transport))
			continue;
		snprintf(domain, sizeof(domain), "%s%s", known[i].prefix, terms->host);
		add_service(lookup, domain, known[i].transport, (unsigned)i);
	}
}

static void ask_srv(struct lookup *lookup)
{
	lookup->round = ROUND_SRV;
	if (!lookup->n_services)
		guess_services(lookup);
	qsort(lookup->services, lookup->n_services, sizeof(lookup->services[0]), by_order);
	lookup->pending++; /* answers may be at hand: the round does not end before all is asked */
	for (size_t i = 0; i < lookup->n_services; i++)
		ask(lookup, sres_type_srv, lookup->services[i].domain, i, take_srv);
	end_question(lookup);
}

static void ask_addresses(struct lookup *lookup)
{
	const struct hop_query *terms = &lookup->terms;

	lookup->round = ROUND_ADDRESS;
	lookup->n_questions = 0;
	if (!lookup->n_targets)
		add_target(lookup, terms->host,
			   terms->port ? terms->port : transport_port(terms->transport),
			   terms->transport);
	lookup->pending++;
	for (size_t i = 0; i < lookup->n_targets; i++) {
		if (terms->ipv4)
			ask(lookup, sres_type_a, lookup->targets[i].host, i, take_a);
		if (terms->ipv6)
			ask(lookup, sres_type_aaaa, lookup->targets[i].host, i, take_aaaa);
	}
	end_question(lookup);
}

/* The result */

/* RFC 2782: of those of the best rank that are left, one by chance, by weight. */
static struct srv_target *draw(struct lookup *lookup)
{
	unsigned best = UINT32_MAX, sum = 0, at;

	for (size_t i = 0; i < lookup->n_targets; i++) {
		const struct srv_target *t = &lookup->targets[i];

		if (t->used || t->rank > best)
			continue;
		if (t->rank < best)
			sum = 0;
		best = t->rank;
		sum += t->weight + 1U;
	}
	at = sum ? (unsigned)random() % sum : 0;
	for (size_t i = 0; i < lookup->n_targets; i++) {
		struct srv_target *t = &lookup->targets[i];

		if (t->used || t->rank != best)
			continue;
		if (at <= t->weight)
			return t;
		at -= t->weight + 1U;
	}
	return NULL;
}

static void add_hops(struct hop_list *list, const struct sockaddr_storage *addresses, size_t n,
		     enum transport transport)
{
	for (size_t i = 0; i < n && list->n < HOPS_MAX; i++)
		list->hops[list->n++] = (struct hop){ addresses[i], transport };
}

static void finish(struct lookup *lookup)
{
	struct hop_list list = { .ttl_s = OSMO_MAX(lookup->ttl_s, (uint32_t)TTL_MIN_S) };
	struct srv_target *t;

	while ((t = draw(lookup))) {
		t->used = true;
		add_hops(&list, t->v4, t->n4, t->transport);
		add_hops(&list, t->v6, t->n6, t->transport);
	}
	lookup->done(lookup->data, &list);
	talloc_free(lookup);
}

static void on_turn(void *data)
{
	struct lookup *lookup = data;

	switch (lookup->round) {
	case ROUND_NAPTR:
		ask_srv(lookup);
		break;
	case ROUND_SRV:
		ask_addresses(lookup);
		break;
	case ROUND_ADDRESS:
		finish(lookup);
	}
}

struct lookup *lookup_start(struct resolver *resolver, const struct hop_query *query,
			    void (*done)(void *data, const struct hop_list *list), void *data)
{
	struct lookup *lookup = talloc_zero(resolver, struct lookup);

	if (!lookup)
		return NULL;
	lookup->resolver = resolver;
	lookup->terms = *query;
	lookup->done = done;
	lookup->data = data;
	lookup->ttl_s = TTL_MAX_S;
	osmo_timer_setup(&lookup->turn, on_turn, lookup);
	lookup->pending = 1;
	if (query->port) { /* 4.2: a port is said, so there is nothing that SRV could tell */
		lookup->round = ROUND_SRV;
	} else if (query->any_transport) {
		lookup->round = ROUND_NAPTR;
		ask(lookup, sres_type_naptr, query->host, 0, take_naptr);
	} else {
		lookup->round = ROUND_NAPTR;
	}
	end_question(lookup);
	return lookup;
}

static void ignore(struct question *question, sres_query_t *query, sres_record_t **answers)
{
	(void)question;
	(void)query;
	(void)answers; /* they stay in the cache */
}

void lookup_cancel(struct lookup *lookup)
{
	if (!lookup)
		return;
	osmo_timer_del(&lookup->turn);
	for (size_t i = 0; i < QUESTIONS_MAX; i++) {
		if (lookup->questions[i].query)
			sres_query_bind(lookup->questions[i].query, ignore, NULL);
	}
	talloc_free(lookup);
}

/* Servers */

struct resolver *resolver_new(void *talloc_ctx, su_root_t *root)
{
	struct resolver *resolver = talloc_zero(talloc_ctx, struct resolver);

	if (!resolver)
		return NULL;
	resolver->root = root;
	resolver->file = -1;
	return resolver;
}

static void close_servers(struct resolver *resolver)
{
	if (resolver->sres)
		sres_resolver_destroy(resolver->sres);
	if (resolver->file >= 0)
		close(resolver->file);
	resolver->sres = NULL;
	resolver->file = -1;
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	close_servers(resolver);
	talloc_free(resolver);
}

/* sresolv takes servers from a file alone. */
static int write_file(const char *server, uint16_t port)
{
	int fd = memfd_create("resolv.conf", MFD_CLOEXEC);

	if (fd >= 0 && dprintf(fd, "nameserver %s\nport %u\noptions timeout:2 attempts:2\n", server,
			       port) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int resolver_use(struct resolver *resolver, const char *server, uint16_t port)
{
	char path[32] = "/etc/resolv.conf";
	int file = -1;

	if (*server) {
		file = write_file(server, port);
		if (file < 0)
			return -errno;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	close_servers(resolver);
	resolver->file = file;
	resolver->sres = sres_resolver_create(resolver->root, path, TAG_END());
	return resolver->sres ? 0 : -EIO;
}
