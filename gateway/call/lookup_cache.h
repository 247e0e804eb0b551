/* Answers of a look-up by what was asked, each for its time; full, the one that was used longest ago gives way. Control
 * thread. */
#pragma once

#include <stdbool.h>

struct lookup_answer;
struct lookup_cache;

/* For so many answers, 0: none. NULL without memory; freed with its parent, or by talloc_free. */
struct lookup_cache *lookup_cache_new(void *talloc_ctx, unsigned max);
bool lookup_cache_get(struct lookup_cache *cache, const char *key, struct lookup_answer *out);
/* For so many seconds; 0: not at all. Without memory it is not kept. */
void lookup_cache_put(struct lookup_cache *cache, const char *key,
		      const struct lookup_answer *answer, unsigned seconds);
unsigned lookup_cache_count(const struct lookup_cache *cache);
