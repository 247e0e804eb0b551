#include "call/lookups.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/dns.h"
#include "base/fetch.h"
#include "call/enum_answer.h"
#include "call/lookup_cache.h"
#include "call/lookup_url.h"

enum {
	WAITING_MAX = 500,  /* of one look-up */
	ANSWER_MAX = 16384, /* octets */
	US_PER_MS = 1000,
	HEADER_MAX = LOOKUP_TOKEN_MAX + 32,
};

/* One server. */
struct place {
	struct llist_head entry;
	struct lookup_config config;
	struct lookup_cache *cache;
	struct dns *dns; /* NULL: it asks by HTTP */
	struct llist_head asks;
	struct lookup_status status;
};

struct lookup_ask {
	struct llist_head entry;
	struct place *place;
	struct fetch *fetch; /* one of these two is there */
	struct dns_query *query;
	char digits[LEG_DIGITS_MAX + 1];
	uint64_t began_us;
	void (*done)(void *data, const struct lookup_answer *answer);
	void *data;
	char key[LOOKUP_TEXT_MAX];
};

struct lookups {
	struct llist_head places;
};

static struct place *find(const struct lookups *lookups, const char *name)
{
	struct place *place;

	llist_for_each_entry (place, &lookups->places, entry) {
		if (strcmp(place->config.name, name) == 0)
			return place;
	}
	return NULL;
}

/* The answer */

static void fail(const struct place *place, const char *why, struct lookup_answer *out)
{
	*out = (struct lookup_answer){ .result = LOOKUP_FAILED };
	if (place)
		out->cause = place->config.fail_cause;
	osmo_strlcpy(out->why, why, sizeof(out->why));
}

static void ask_free(struct lookup_ask *ask)
{
	fetch_cancel(ask->fetch);
	dns_cancel(ask->query);
	llist_del(&ask->entry);
	ask->place->status.waiting--;
	talloc_free(ask);
}

static void finish(struct lookup_ask *ask, const struct lookup_answer *answer)
{
	void (*done)(void *, const struct lookup_answer *) = ask->done;
	void *data = ask->data;

	ask_free(ask);
	done(data, answer);
}

static void note_failure(struct place *place, const struct lookup_answer *answer)
{
	place->status.failed++;
	osmo_strlcpy(place->status.error, answer->why, sizeof(place->status.error));
}

static void note_answer(struct lookup_ask *ask, const struct lookup_answer *answer)
{
	struct place *place = ask->place;
	const uint64_t ms = (clock_now_us() - ask->began_us) / US_PER_MS;
	const bool nothing = answer->result == LOOKUP_NOTHING;

	place->status.total_ms += ms;
	place->status.max_ms = OSMO_MAX(place->status.max_ms, (unsigned)ms);
	place->status.found += answer->result == LOOKUP_FOUND;
	place->status.refused += answer->result == LOOKUP_REFUSED;
	place->status.nothing += nothing;
	lookup_cache_put(place->cache, ask->key, answer,
			 nothing ? place->config.negative_s : place->config.cache_s);
}

/* What the server answers, or LOOKUP_FAILED. */
static void read_answer(const struct fetch_answer *from, struct lookup_answer *out)
{
	char why[LOOKUP_WHY_MAX];

	if (from->status == 200) {
		lookup_answer_parse(from->body, from->len, out);
	} else if (from->status == 204 || from->status == 404) {
		*out = (struct lookup_answer){ .result = LOOKUP_NOTHING };
	} else {
		snprintf(why, sizeof(why), "it answers %u", from->status);
		fail(NULL, from->status ? why : from->error, out);
	}
}

static void settle(struct lookup_ask *ask, struct lookup_answer *answer, bool timed_out)
{
	if (answer->result == LOOKUP_FAILED) {
		answer->cause = ask->place->config.fail_cause;
		ask->place->status.timeouts += timed_out;
		note_failure(ask->place, answer);
	} else {
		note_answer(ask, answer);
	}
	finish(ask, answer);
}

static void on_fetched(void *data, const struct fetch_answer *from)
{
	struct lookup_ask *ask = data;
	struct lookup_answer answer;

	ask->fetch = NULL;
	read_answer(from, &answer);
	settle(ask, &answer, from->timed_out);
}

static void on_resolved(void *data, const struct dns_answer *from)
{
	struct lookup_ask *ask = data;
	struct lookup_answer answer = { .result = LOOKUP_NOTHING };

	ask->query = NULL;
	if (from->result == DNS_ANSWER)
		enum_answer_read(from->octets, from->len, ask->digits, &ask->place->config,
				 &answer);
	else if (from->result != DNS_NOTHING)
		fail(NULL, from->result == DNS_LATE ? "no answer in time" : "the server fails",
		     &answer);
	settle(ask, &answer, from->result == DNS_LATE);
}

/* The question */

static struct fetch *start_fetch(struct lookup_ask *ask)
{
	const struct lookup_config *config = &ask->place->config;
	char token[HEADER_MAX];
	struct fetch_request request = {
		.url = ask->key,
		.timeout_ms = config->timeout_ms,
		.max_octets = ANSWER_MAX,
	};

	if (*config->token) {
		snprintf(token, sizeof(token), "Authorization: Bearer %s", config->token);
		request.headers[0] = token;
	}
	return fetch_start(&request, on_fetched, ask);
}

/* What is asked, by which the answer is kept. 0, or -EINVAL: the server can know nothing of what was called, or another
 * -errno: it cannot be asked. */
static int make_key(const struct place *place, const struct route_question *question,
		    char out[static LOOKUP_TEXT_MAX])
{
	if (place->dns)
		return enum_name(question->setup->called.digits, place->config.suffix, out,
				 LOOKUP_TEXT_MAX);
	return lookup_url(place->config.url, question, out, LOOKUP_TEXT_MAX);
}

static struct lookup_ask *begin(struct place *place, const char *key, const char *digits)
{
	struct lookup_ask *ask =
		place->status.waiting < WAITING_MAX ? talloc_zero(NULL, struct lookup_ask) : NULL;

	if (!ask)
		return NULL;
	ask->place = place;
	ask->began_us = clock_now_us();
	osmo_strlcpy(ask->key, key, sizeof(ask->key));
	osmo_strlcpy(ask->digits, digits, sizeof(ask->digits));
	if (place->dns)
		ask->query = dns_ask_naptr(place->dns, key, on_resolved, ask);
	else
		ask->fetch = start_fetch(ask);
	if (!ask->fetch && !ask->query) {
		talloc_free(ask);
		return NULL;
	}
	llist_add_tail(&ask->entry, &place->asks);
	place->status.waiting++;
	place->status.asked++;
	return ask;
}

struct lookup_ask *lookups_ask(struct lookups *lookups, const char *name,
			       const struct route_question *question, struct lookup_answer *now,
			       void (*done)(void *data, const struct lookup_answer *answer),
			       void *data)
{
	struct place *place = find(lookups, name);
	char key[LOOKUP_TEXT_MAX];
	struct lookup_ask *ask = NULL;
	int rc;

	if (!place) {
		fail(NULL, "there is no such look-up", now);
		return NULL;
	}
	rc = make_key(place, question, key);
	if (rc == -EINVAL) {
		*now = (struct lookup_answer){ .result = LOOKUP_NOTHING };
		return NULL;
	}
	if (!rc) {
		if (lookup_cache_get(place->cache, key, now)) {
			place->status.hits++;
			return NULL;
		}
		ask = begin(place, key, question->setup->called.digits);
	}
	if (!ask) {
		fail(place, "it cannot be asked now", now);
		note_failure(place, now);
		return NULL;
	}
	ask->done = done;
	ask->data = data;
	return ask;
}

void lookups_cancel(struct lookup_ask *ask)
{
	if (ask)
		ask_free(ask);
}

bool lookups_peek(struct lookups *lookups, const char *name, const struct route_question *question,
		  char text[static LOOKUP_TEXT_MAX], struct lookup_answer *out)
{
	const struct place *place = find(lookups, name);
	char key[LOOKUP_TEXT_MAX];

	*text = '\0';
	if (!place || make_key(place, question, key) < 0)
		return false;
	osmo_strlcpy(text, place->dns ? "NAPTR " : "GET ", LOOKUP_TEXT_MAX);
	osmo_strlcpy(text + strlen(text), key, LOOKUP_TEXT_MAX - strlen(text));
	return lookup_cache_get(place->cache, key, out);
}

/* Configuration */

static struct place *place_new(struct lookups *lookups, const struct lookup_config *config)
{
	struct place *place = talloc_zero(lookups, struct place);

	if (!place)
		return NULL;
	place->cache = lookup_cache_new(place, config->cache);
	if (place->cache && !*config->url)
		place->dns = dns_new(place, config->server, config->port, config->timeout_ms);
	if (!place->cache || (!*config->url && !place->dns)) {
		talloc_free(place);
		return NULL;
	}
	place->config = *config;
	place->status.config = &place->config;
	INIT_LLIST_HEAD(&place->asks);
	return place;
}

/* Out of the list already: who is told may ask others. */
static void place_free(struct place *place)
{
	struct lookup_answer answer;

	fail(place, "its configuration has changed", &answer);
	while (!llist_empty(&place->asks))
		finish(llist_first_entry(&place->asks, struct lookup_ask, entry), &answer);
	dns_free(place->dns);
	talloc_free(place);
}

/* Answers are read by the domains. */
static bool same_dns(const struct lookup_config *a, const struct lookup_config *b)
{
	if (strcmp(a->suffix, b->suffix) != 0 || strcmp(a->server, b->server) != 0 ||
	    a->port != b->port || a->n_domains != b->n_domains ||
	    (*a->suffix && a->timeout_ms != b->timeout_ms))
		return false;
	for (unsigned i = 0; i < a->n_domains; i++) {
		if (strcmp(a->domains[i].host, b->domains[i].host) != 0 ||
		    strcmp(a->domains[i].peer, b->domains[i].peer) != 0)
			return false;
	}
	return true;
}

static bool asks_the_same(const struct lookup_config *a, const struct lookup_config *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->url, b->url) == 0 &&
	       strcmp(a->token, b->token) == 0 && a->cache == b->cache && same_dns(a, b);
}

static struct place *find_same(const struct llist_head *places, const struct lookup_config *config)
{
	struct place *place;

	llist_for_each_entry (place, places, entry) {
		if (asks_the_same(&place->config, config))
			return place;
	}
	return NULL;
}

static void free_all(struct llist_head *places)
{
	struct place *place;

	while ((place = llist_first_entry_or_null(places, struct place, entry))) {
		llist_del(&place->entry);
		place_free(place);
	}
}

/* Those that nobody asks for yet; false without memory, then none. */
static bool make_new(struct lookups *lookups, const struct lookup_config *configs, size_t n,
		     struct llist_head *made)
{
	for (size_t i = 0; i < n; i++) {
		struct place *place;

		if (find_same(&lookups->places, &configs[i]))
			continue;
		place = place_new(lookups, &configs[i]);
		if (!place) {
			free_all(made);
			return false;
		}
		llist_add_tail(&place->entry, made);
	}
	return true;
}

int lookups_apply(struct lookups *lookups, const struct lookup_config *configs, size_t n)
{
	LLIST_HEAD(now);
	LLIST_HEAD(gone);

	if (!make_new(lookups, configs, n, &now))
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct place *place = find_same(&lookups->places, &configs[i]);

		if (!place)
			continue;
		place->config = configs[i];
		llist_move_tail(&place->entry, &now);
	}
	llist_splice_init(&lookups->places, &gone);
	llist_splice_init(&now, &lookups->places);
	free_all(&gone);
	return 0;
}

struct lookups *lookups_new(void *talloc_ctx)
{
	struct lookups *lookups = talloc_zero(talloc_ctx, struct lookups);

	if (lookups)
		INIT_LLIST_HEAD(&lookups->places);
	return lookups;
}

void lookups_free(struct lookups *lookups)
{
	if (!lookups)
		return;
	free_all(&lookups->places);
	talloc_free(lookups);
}

void lookups_each(const struct lookups *lookups,
		  void (*fn)(void *data, const struct lookup_status *), void *data)
{
	struct place *place;

	llist_for_each_entry (place, &lookups->places, entry) {
		place->status.cached = lookup_cache_count(place->cache);
		fn(data, &place->status);
	}
}
