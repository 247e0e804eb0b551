/* Look-ups: what other machines know about a call's way, asked for without waiting, once for all who ask the same
 * meanwhile, and kept for a while. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/lookup_answer.h"
#include "call/lookup_config.h"
#include "call/route_question.h"

struct lookups;
struct lookup_ask;

enum { LOOKUP_TEXT_MAX = 1024 };

struct lookups *lookups_new(void *talloc_ctx);
/* Whoever waits is told LOOKUP_FAILED, from inside. */
void lookups_free(struct lookups *lookups);
/* Look-ups that stay keep what they know and who waits, unless another server is asked now: then those fail, from
 * inside. 0, or -ENOMEM: nothing has changed then. */
int lookups_apply(struct lookups *lookups, const struct lookup_config *configs, size_t n);

/* NULL: *now is the answer, from the cache, or that there is none. Else done is called once, from the loop. */
struct lookup_ask *lookups_ask(struct lookups *lookups, const char *name,
			       const struct route_question *question, struct lookup_answer *now,
			       void (*done)(void *data, const struct lookup_answer *answer),
			       void *data);
/* Before done was called; it is not called then. Others who ask the same wait on. NULL does nothing. */
void lookups_cancel(struct lookup_ask *ask);

/* What would be asked, "GET http://..." without its secrets, in text, "": nothing; true when the cache has an answer to it. Nothing is asked,
 * nor counted. */
bool lookups_peek(struct lookups *lookups, const char *name, const struct route_question *question,
		  char text[static LOOKUP_TEXT_MAX], struct lookup_answer *out);

struct lookup_status {
	const struct lookup_config *config;
	uint64_t asked, hits,
		joined; /* of the server; answered from the cache instead, or with another who asked the same */
	uint64_t found, nothing, refused; /* answers of the server */
	uint64_t failed, timeouts;        /* no answer of it; of these, none in time */
	uint64_t total_ms;                /* of all answers of the server */
	unsigned max_ms;
	unsigned cached, waiting;
	char error[LOOKUP_WHY_MAX]; /* of the last failure; "": none */
};
void lookups_each(const struct lookups *lookups,
		  void (*fn)(void *data, const struct lookup_status *), void *data);
