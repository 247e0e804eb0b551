#include "call/lookups.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/config_secret.h"
#include "base/dns.h"
#include "base/fetch.h"
#include "call/enum_answer.h"
#include "call/lookup_cache.h"
#include "call/lookup_url.h"

enum {
	QUESTIONS_MAX = 500, /* at a time, of one look-up */
	ANSWER_MAX = 16384,  /* octets */
	US_PER_MS = 1000,
	HEADER_MAX = LOOKUP_TOKEN_MAX + 32,
};

/* One server. */
struct place {
	struct llist_head entry;
	struct lookup_config config;
	struct lookup_cache *cache;
	struct dns *dns; /* NULL: it asks by HTTP */
	struct llist_head questions;
	unsigned n_questions;
	struct lookup_status status;
};

/* What the server is asked now, for all who ask the same meanwhile. */
struct question {
	struct llist_head entry;
	struct place *place; /* NULL: it is over, those who wait are told */
	struct llist_head asks;
	struct fetch *fetch; /* one of these two is there */
	struct dns_query *query;
	char digits[LEG_DIGITS_MAX + 1];
	uint64_t began_us;
	char key[LOOKUP_TEXT_MAX];
};

struct lookup_ask {
	struct llist_head entry;
	struct question *question;
	void (*done)(void *data, const struct lookup_answer *answer);
	void *data;
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

/* Nobody joins it any more. */
static void question_close(struct question *question)
{
	struct lookup_ask *ask;

	fetch_cancel(question->fetch);
	dns_cancel(question->query);
	llist_del(&question->entry);
	question->place->n_questions--;
	llist_for_each_entry (ask, &question->asks, entry)
		question->place->status.waiting--;
	question->place = NULL;
}

static void ask_free(struct lookup_ask *ask)
{
	llist_del(&ask->entry);
	talloc_free(ask);
}

/* Who is told may ask, cancel what others ask, and change the configuration. */
static void finish(struct question *question, const struct lookup_answer *answer)
{
	struct lookup_ask *ask;

	question_close(question);
	while ((ask = llist_first_entry_or_null(&question->asks, struct lookup_ask, entry))) {
		void (*done)(void *, const struct lookup_answer *) = ask->done;
		void *data = ask->data;

		ask_free(ask);
		done(data, answer);
	}
	talloc_free(question);
}

static void note_failure(struct place *place, const struct lookup_answer *answer)
{
	place->status.failed++;
	osmo_strlcpy(place->status.error, answer->why, sizeof(place->status.error));
}

/* ttl_s: longer the server does not want it kept. */
static void note_answer(struct question *question, const struct lookup_answer *answer,
			unsigned ttl_s)
{
	struct place *place = question->place;
	const uint64_t ms = (clock_now_us() - question->began_us) / US_PER_MS;
	const bool nothing = answer->result == LOOKUP_NOTHING;
	const unsigned kept_s = nothing ? place->config.negative_s : place->config.cache_s;

	place->status.total_ms += ms;
	place->status.max_ms = OSMO_MAX(place->status.max_ms, (unsigned)ms);
	place->status.found += answer->result == LOOKUP_FOUND;
	place->status.refused += answer->result == LOOKUP_REFUSED;
	place->status.nothing += nothing;
	lookup_cache_put(place->cache, question->key, answer, OSMO_MIN(kept_s, ttl_s));
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

static void settle_failed(struct question *question, struct lookup_answer *answer, bool timed_out)
{
	answer->cause = question->place->config.fail_cause;
	question->place->status.timeouts += timed_out;
	note_failure(question->place, answer);
	finish(question, answer);
}

static void settle(struct question *question, struct lookup_answer *answer, unsigned ttl_s)
{
	if (answer->result == LOOKUP_FAILED) {
		settle_failed(question, answer, false);
		return;
	}
	note_answer(question, answer, ttl_s);
	finish(question, answer);
}

static void on_fetched(void *data, const struct fetch_answer *from)
{
	struct question *question = data;
	struct lookup_answer answer;

	question->fetch = NULL;
	read_answer(from, &answer);
	if (from->timed_out)
		settle_failed(question, &answer, true);
	else
		settle(question, &answer, UINT_MAX);
}

static void on_resolved(void *data, const struct dns_answer *from)
{
	struct question *question = data;
	struct lookup_answer answer = { .result = LOOKUP_NOTHING };

	question->query = NULL;
	if (from->result == DNS_ANSWER)
		enum_answer_read(from->octets, from->len, question->digits,
				 &question->place->config, &answer);
	else if (from->result != DNS_NOTHING)
		fail(NULL, from->result == DNS_LATE ? "no answer in time" : "the server fails",
		     &answer);
	if (from->result == DNS_LATE)
		settle_failed(question, &answer, true);
	else
		settle(question, &answer, from->ttl_s);
}

/* The question */

static struct fetch *start_fetch(struct question *question)
{
	const struct lookup_config *config = &question->place->config;
	char token[HEADER_MAX];
	struct fetch_request request = {
		.url = question->key,
		.timeout_ms = config->timeout_ms,
		.max_octets = ANSWER_MAX,
	};

	if (*config->token) {
		snprintf(token, sizeof(token), "Authorization: Bearer %s", config->token);
		request.headers[0] = token;
	}
	return fetch_start(&request, on_fetched, question);
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

static bool start(struct question *question)
{
	if (question->place->dns)
		question->query =
			dns_ask_naptr(question->place->dns, question->key, on_resolved, question);
	else
		question->fetch = start_fetch(question);
	return question->query || question->fetch;
}

static struct question *begin(struct place *place, const char *key, const char *digits)
{
	struct question *question =
		place->n_questions < QUESTIONS_MAX ? talloc_zero(NULL, struct question) : NULL;

	if (!question)
		return NULL;
	question->place = place;
	INIT_LLIST_HEAD(&question->asks);
	question->began_us = clock_now_us();
	osmo_strlcpy(question->key, key, sizeof(question->key));
	osmo_strlcpy(question->digits, digits, sizeof(question->digits));
	if (!start(question)) {
		talloc_free(question);
		return NULL;
	}
	llist_add_tail(&question->entry, &place->questions);
	place->n_questions++;
	place->status.asked++;
	return question;
}

/* The question that is asked already, NULL: none is. */
static struct question *asked_now(const struct place *place, const char *key)
{
	struct question *question;

	llist_for_each_entry (question, &place->questions, entry) {
		if (strcmp(question->key, key) == 0)
			return question;
	}
	return NULL;
}

/* NULL: no memory, or the server cannot be asked. */
static struct lookup_ask *join(struct place *place, const char *key, const char *digits)
{
	struct question *question = asked_now(place, key);
	struct lookup_ask *ask = talloc_zero(NULL, struct lookup_ask);

	if (!ask)
		return NULL;
	ask->question = question ? question : begin(place, key, digits);
	if (!ask->question) {
		talloc_free(ask);
		return NULL;
	}
	place->status.joined += question != NULL;
	place->status.waiting++;
	llist_add_tail(&ask->entry, &ask->question->asks);
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
		ask = join(place, key, question->setup->called.digits);
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
	struct question *question = ask ? ask->question : NULL;

	if (!ask)
		return;
	ask_free(ask);
	if (!question->place)
		return; /* finish() lets it go */
	question->place->status.waiting--;
	if (!llist_empty(&question->asks))
		return;
	question_close(question);
	talloc_free(question);
}

/* What is asked, without what the configuration hides. */
static void show_key(const struct place *place, const struct route_question *question,
		     const char *key, char text[static LOOKUP_TEXT_MAX])
{
	char base[LOOKUP_URL_MAX];
	size_t len;

	osmo_strlcpy(text, place->dns ? "NAPTR " : "GET ", LOOKUP_TEXT_MAX);
	len = strlen(text);
	osmo_strlcpy(text + len, key, LOOKUP_TEXT_MAX - len);
	if (place->dns)
		return;
	osmo_strlcpy(base, place->config.url, sizeof(base));
	config_hide_secrets(base);
	lookup_url(base, question, text + len, LOOKUP_TEXT_MAX - len);
}

bool lookups_peek(struct lookups *lookups, const char *name, const struct route_question *question,
		  char text[static LOOKUP_TEXT_MAX], struct lookup_answer *out)
{
	const struct place *place = find(lookups, name);
	char key[LOOKUP_TEXT_MAX];

	*text = '\0';
	if (!place || make_key(place, question, key) < 0)
		return false;
	show_key(place, question, key, text);
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
		place->dns = dns_new(place,
				     &(const struct dns_servers){ .address = config->server,
								  .port = config->port },
				     config->timeout_ms);
	if (!place->cache || (!*config->url && !place->dns)) {
		talloc_free(place);
		return NULL;
	}
	place->config = *config;
	place->status.config = &place->config;
	INIT_LLIST_HEAD(&place->questions);
	return place;
}

/* Out of the list already: who is told may ask others. */
static void place_free(struct place *place)
{
	struct lookup_answer answer;

	fail(place, "its configuration has changed", &answer);
	while (!llist_empty(&place->questions))
		finish(llist_first_entry(&place->questions, struct question, entry), &answer);
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
