/* Hashed, and in a list from the one that was used last to the one that was used longest ago. */
#include "call/lookup_cache.h"

#include <stdint.h>
#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "call/lookup_answer.h"

enum { BUCKETS = 1024, US_PER_S = 1000000 };

struct kept {
	struct llist_head in_bucket, in_order;
	char *key;
	uint64_t until_us;
	struct lookup_answer answer;
};

struct lookup_cache {
	unsigned max, n;
	struct llist_head buckets[BUCKETS], order;
};

/* FNV-1a */
static struct llist_head *bucket_of(struct lookup_cache *cache, const char *key)
{
	uint32_t hash = 2166136261u;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619u;
	return &cache->buckets[hash % BUCKETS];
}

static void forget(struct lookup_cache *cache, struct kept *kept)
{
	llist_del(&kept->in_bucket);
	llist_del(&kept->in_order);
	cache->n--;
	talloc_free(kept);
}

static struct kept *find(struct lookup_cache *cache, const char *key)
{
	struct kept *kept;

	llist_for_each_entry (kept, bucket_of(cache, key), in_bucket) {
		if (strcmp(kept->key, key) == 0)
			return kept;
	}
	return NULL;
}

struct lookup_cache *lookup_cache_new(void *talloc_ctx, unsigned max)
{
	struct lookup_cache *cache = talloc_zero(talloc_ctx, struct lookup_cache);

	if (!cache)
		return NULL;
	cache->max = max;
	INIT_LLIST_HEAD(&cache->order);
	for (unsigned i = 0; i < BUCKETS; i++)
		INIT_LLIST_HEAD(&cache->buckets[i]);
	return cache;
}

bool lookup_cache_get(struct lookup_cache *cache, const char *key, struct lookup_answer *out)
{
	struct kept *kept = find(cache, key);

	if (!kept)
		return false;
	if (kept->until_us <= clock_now_us()) {
		forget(cache, kept);
		return false;
	}
	llist_move(&kept->in_order, &cache->order);
	*out = kept->answer;
	return true;
}

void lookup_cache_put(struct lookup_cache *cache, const char *key,
		      const struct lookup_answer *answer, unsigned seconds)
{
	struct kept *kept = find(cache, key);

	if (kept)
		forget(cache, kept);
	if (!seconds || !cache->max)
		return;
	if (cache->n == cache->max)
		forget(cache, llist_entry(cache->order.prev, struct kept, in_order));
	kept = talloc_zero(cache, struct kept);
	if (kept)
		kept->key = talloc_strdup(kept, key);
	if (!kept || !kept->key) {
		talloc_free(kept);
		return;
	}
	kept->until_us = clock_now_us() + (uint64_t)seconds * US_PER_S;
	kept->answer = *answer;
	llist_add(&kept->in_bucket, bucket_of(cache, key));
	llist_add(&kept->in_order, &cache->order);
	cache->n++;
}

unsigned lookup_cache_count(const struct lookup_cache *cache)
{
	return cache->n;
}
