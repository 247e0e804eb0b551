/* Hashed, and in a list from the one that was used last to the one that was used longest ago. */
#include "call/lookup_cache.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "call/lookup_answer.h"

enum { BUCKETS_MIN = 16, PER_BUCKET = 4, US_PER_S = 1000000 };

struct kept {
	struct llist_head in_bucket, in_order;
	uint64_t hash; /* of key */
	char *key;
	uint64_t until_us;
	struct lookup_answer answer;
};

struct lookup_cache {
	unsigned max, n, n_buckets; /* a power of two */
	uint64_t seed;              /* so that callers cannot choose numbers of one bucket */
	struct llist_head *buckets, order;
};

/* FNV-1a. Its low bits know little of the others' differences. */
static uint64_t hash_of(const struct lookup_cache *cache, const char *key)
{
	uint64_t hash = 0xcbf29ce484222325 ^ cache->seed;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 0x100000001b3;
	return hash ^ hash >> 32;
}

static struct llist_head *bucket_of(const struct lookup_cache *cache, uint64_t hash)
{
	return &cache->buckets[hash & (cache->n_buckets - 1)];
}

static void forget(struct lookup_cache *cache, struct kept *kept)
{
	llist_del(&kept->in_bucket);
	llist_del(&kept->in_order);
	cache->n--;
	talloc_free(kept);
}

static struct kept *find(const struct lookup_cache *cache, const char *key)
{
	const uint64_t hash = hash_of(cache, key);
	struct kept *kept;

	llist_for_each_entry (kept, bucket_of(cache, hash), in_bucket) {
		if (kept->hash == hash && strcmp(kept->key, key) == 0)
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
	cache->n_buckets = BUCKETS_MIN;
	while (cache->n_buckets < max / PER_BUCKET)
		cache->n_buckets *= 2;
	cache->buckets = talloc_array(cache, struct llist_head, cache->n_buckets);
	if (!cache->buckets) {
		talloc_free(cache);
		return NULL;
	}
	INIT_LLIST_HEAD(&cache->order);
	for (unsigned i = 0; i < cache->n_buckets; i++)
		INIT_LLIST_HEAD(&cache->buckets[i]);
	if (getrandom(&cache->seed, sizeof(cache->seed), GRND_NONBLOCK) < 0)
		cache->seed = clock_now_us();
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
	kept->hash = hash_of(cache, key);
	llist_add(&kept->in_bucket, bucket_of(cache, kept->hash));
	llist_add(&kept->in_order, &cache->order);
	cache->n++;
}

unsigned lookup_cache_count(const struct lookup_cache *cache)
{
	return cache->n;
}
