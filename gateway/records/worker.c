#include "records/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "records/schema.h"

enum { BATCH_MAX = 64, GATHER_MS = 200, STOP_MS = 1000, NS_PER_MS = 1000000, MS_PER_S = 1000 };
enum { TELL_MS = 1000 /* between two words on how it goes, while there is more */ };

/* A store and its reader, the worker's thread alone. */
struct feed {
	struct store *store;
	struct spool spool;
	struct spool_place kept; /* what the store has */
	bool open;
	unsigned pause_s; /* before the next attempt; 0: none failed */
	int64_t again_ms;
};

enum leave { STAYS, LEAVES_AT_THE_END /* of its journal */, LEAVES_SOON };

struct worker {
	char path[SPOOL_PATH_MAX];
	struct store_limits limits;
	struct feed feeds[WORKER_STORES_MAX];
	size_t n;
	int64_t prune_ms;
	char chunk[SPOOL_CHUNK];
	pthread_t thread;
	pthread_mutex_t mutex; /* of what follows, held for a copy at most */
	pthread_cond_t cond;
	bool woken;
	enum leave leave;
	bool left; /* its thread is done with everything */
	struct worker_status status;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* One store */

static void failed(struct feed *feed)
{
	spool_end(&feed->spool);
	if (feed->open)
		feed->store->ops->close(feed->store);
	feed->open = false;
	feed->pause_s = feed->pause_s ? 2 * feed->pause_s : WORKER_RETRY_MIN_S;
	if (feed->pause_s > WORKER_RETRY_MAX_S)
		feed->pause_s = WORKER_RETRY_MAX_S;
	feed->again_ms = now_ms() + (int64_t)feed->pause_s * MS_PER_S;
}

static bool open_feed(struct worker *worker, struct feed *feed)
{
	if (feed->open)
		return true;
	if (feed->store->ops->open(feed->store, &feed->kept) < 0) {
		failed(feed);
		return false;
	}
	feed->open = true;
	spool_end(&feed->spool);
	spool_begin(&feed->spool, worker->path, &feed->kept);
	return true;
}

struct batch {
	struct schema_row *rows[BATCH_MAX];
	size_t n, skipped;
};

/* Lines from text into the batch, as many as it holds; returns their octets, or -ENOMEM, and then no line may be
 * taken as done. */
static int fill(struct batch *batch, const char *text, size_t len)
{
	size_t done = 0;

	while (done < len && batch->n < BATCH_MAX) {
		const char *line = text + done, *end = memchr(line, '\n', len - done);
		int rc = schema_row(line, (size_t)(end - line), &batch->rows[batch->n]);

		if (rc == -ENOMEM)
			return rc;
		if (rc == 0)
			batch->n++;
		else
			batch->skipped++;
		done += (size_t)(end - line) + 1;
	}
	return (int)done;
}

static void count(struct worker *worker, const struct feed *feed, const struct batch *batch)
{
	struct store_status *status = &worker->status.stores[feed - worker->feeds];

	pthread_mutex_lock(&worker->mutex);
	status->taken += batch->n;
	status->skipped += batch->skipped;
	pthread_mutex_unlock(&worker->mutex);
}

/* The next batch of text, with the place behind it. Its octets, or -errno: all of it is to be tried again. */
static int store_batch(struct worker *worker, struct feed *feed, const char *text, size_t len,
		       struct spool_place *after)
{
	struct batch batch = { .n = 0 };
	int octets = fill(&batch, text, len), rc = octets;

	if (octets < 0) {
		snprintf(feed->store->error, sizeof(feed->store->error), "out of memory");
	} else {
		after->offset += octets;
		rc = feed->store->ops->put(feed->store, batch.rows, batch.n, after);
	}
	if (rc == 0)
		count(worker, feed, &batch);
	for (size_t i = 0; i < batch.n; i++)
		schema_row_free(batch.rows[i]);
	return rc < 0 ? rc : octets;
}

/* What was read, into the store, batch by batch. */
static bool store_all(struct worker *worker, struct feed *feed, size_t len)
{
	struct spool_place after = feed->spool.place;
	size_t done = 0;
	int rc = 0;

	after.offset -= (int64_t)len;
	while (rc >= 0 && done < len) {
		rc = store_batch(worker, feed, worker->chunk + done, len - done, &after);
		done += rc < 0 ? 0 : (size_t)rc;
	}
	if (rc < 0) {
		failed(feed);
		return false;
	}
	feed->kept = after;
	feed->pause_s = 0;
	return true;
}

/* False: there is no more for it now. */
static bool step(struct worker *worker, struct feed *feed)
{
	int len;

	if ((feed->pause_s && now_ms() < feed->again_ms) || !open_feed(worker, feed))
		return false;
	len = spool_read(&feed->spool, worker->chunk);
	if (len < 0) {
		snprintf(feed->store->error, sizeof(feed->store->error), "the journal: %s",
			 strerror(-len));
		failed(feed);
		return false;
	}
	if (len == 0) {
		feed->pause_s = 0;
		return false;
	}
	return store_all(worker, feed, (size_t)len);
}

/* All of them */

static void tell(struct worker *worker, struct feed *feed)
{
	struct store_status *status = &worker->status.stores[feed - worker->feeds];
	uint64_t behind;

	if (!feed->open && feed->spool.fd < 0) { /* to know where the place is */
		spool_begin(&feed->spool, worker->path, &feed->kept);
		spool_seek(&feed->spool);
	}
	behind = spool_behind(&feed->spool);
	pthread_mutex_lock(&worker->mutex);
	status->works = feed->open;
	snprintf(status->error, sizeof(status->error), "%s", feed->open ? "" : feed->store->error);
	status->behind = behind;
	pthread_mutex_unlock(&worker->mutex);
}

static enum leave leave_of(struct worker *worker)
{
	enum leave leave;

	pthread_mutex_lock(&worker->mutex);
	leave = worker->leave;
	pthread_mutex_unlock(&worker->mutex);
	return leave;
}

static bool must_stop(struct worker *worker)
{
	return leave_of(worker) == LEAVES_SOON;
}

static void prune_stores(struct worker *worker)
{
	for (size_t i = 0; i < worker->n; i++) {
		struct feed *feed = &worker->feeds[i];
		int rc = feed->store->ops->prune && feed->open ? 1 : 0;

		while (rc > 0 && !must_stop(worker))
			rc = feed->store->ops->prune(feed->store, &worker->limits);
		if (rc < 0)
			failed(feed);
	}
}

static void prune(struct worker *worker)
{
	const struct spool *readers[WORKER_STORES_MAX];
	struct spool_pruned pruned;

	if (now_ms() < worker->prune_ms)
		return;
	worker->prune_ms = now_ms() + (int64_t)WORKER_PRUNE_S * MS_PER_S;
	prune_stores(worker);
	for (size_t i = 0; i < worker->n; i++)
		readers[i] = &worker->feeds[i].spool;
	if (spool_prune(worker->path, readers, worker->n, worker->limits.max_age_s,
			worker->limits.max_octets, &pruned) < 0)
		return;
	pthread_mutex_lock(&worker->mutex);
	worker->status.octets = pruned.octets;
	worker->status.unread += pruned.unread;
	pthread_mutex_unlock(&worker->mutex);
}

/* Feeding */

static void tell_all(struct worker *worker)
{
	for (size_t i = 0; i < worker->n; i++)
		tell(worker, &worker->feeds[i]);
}

static bool step_all(struct worker *worker)
{
	bool more = false;

	for (size_t i = 0; i < worker->n && !must_stop(worker); i++)
		more = step(worker, &worker->feeds[i]) || more;
	return more;
}

/* Until there is no more, or the end. What takes long is told meanwhile; files are pruned as well, but a backlog gets
 * the time between two prunings first, so that a start does not take away what it could still store. */
static void feed_all(struct worker *worker)
{
	const int64_t prune_from_ms = now_ms() + (int64_t)WORKER_PRUNE_S * MS_PER_S;
	int64_t tell_ms = now_ms() + TELL_MS;

	while (step_all(worker) && !must_stop(worker)) {
		if (now_ms() < tell_ms)
			continue;
		tell_all(worker);
		if (now_ms() >= prune_from_ms)
			prune(worker);
		tell_ms = now_ms() + TELL_MS;
	}
	tell_all(worker);
}

/* The thread */

/* Until when nothing is to be done but what it is woken for. */
static int64_t next_ms(const struct worker *worker)
{
	int64_t next = worker->prune_ms;

	for (size_t i = 0; i < worker->n; i++) {
		const struct feed *feed = &worker->feeds[i];

		if (feed->pause_s && feed->again_ms < next)
			next = feed->again_ms;
	}
	return next;
}

static struct timespec spec_of(int64_t ms)
{
	return (struct timespec){ .tv_sec = ms / MS_PER_S, .tv_nsec = ms % MS_PER_S * NS_PER_MS };
}

/* Waits for a wake, the time, or a word to leave after the one that it knows of; false when it must stop. */
static bool wait(struct worker *worker, enum leave known)
{
	struct timespec until = spec_of(next_ms(worker));
	bool goes_on;
	int rc = 0;

	pthread_mutex_lock(&worker->mutex);
	while (!worker->woken && worker->leave == known && rc == 0)
		rc = pthread_cond_timedwait(&worker->cond, &worker->mutex, &until);
	/* Records come in flocks: a batch of them costs as much as one. */
	until = spec_of(now_ms() + GATHER_MS);
	rc = 0;
	while (worker->woken && worker->leave == known && rc == 0)
		rc = pthread_cond_timedwait(&worker->cond, &worker->mutex, &until);
	worker->woken = false;
	goes_on = worker->leave != LEAVES_SOON;
	pthread_mutex_unlock(&worker->mutex);
	return goes_on;
}

/* After feeding: no store has to be tried again. */
static bool all_took(const struct worker *worker)
{
	for (size_t i = 0; i < worker->n; i++)
		if (worker->feeds[i].pause_s)
			return false;
	return true;
}

/* What stores that work can still take in a second, the last records mostly. */
static void take_leave(struct worker *worker)
{
	const int64_t until_ms = now_ms() + STOP_MS;

	for (size_t i = 0; i < worker->n; i++) {
		struct feed *feed = &worker->feeds[i];

		while (feed->open && now_ms() < until_ms && step(worker, feed))
			;
		tell(worker, feed);
		if (feed->open)
			feed->store->ops->close(feed->store);
		spool_end(&feed->spool);
	}
}

static void *run(void *data)
{
	struct worker *worker = data;
	enum leave known;

	do {
		known = leave_of(
			worker); /* before feeding: what is in the journal by then counts */
		feed_all(worker);
		prune(worker);
	} while (known != LEAVES_SOON && (known == STAYS || !all_took(worker)) &&
		 wait(worker, known));
	take_leave(worker);
	pthread_mutex_lock(&worker->mutex);
	worker->left = true;
	pthread_mutex_unlock(&worker->mutex);
	return NULL;
}

static void free_stores(const struct worker_setup *setup)
{
	for (size_t i = 0; i < setup->n_stores; i++)
		free(setup->stores[i]);
}

static void init(struct worker *worker, const struct worker_setup *setup)
{
	pthread_condattr_t attr;

	snprintf(worker->path, sizeof(worker->path), "%s", setup->path);
	worker->limits = setup->limits;
	worker->n = worker->status.n_stores = setup->n_stores;
	for (size_t i = 0; i < worker->n; i++) {
		worker->feeds[i].store = setup->stores[i];
		worker->feeds[i].spool.fd = -1;
		worker->status.stores[i].name = setup->stores[i]->ops->name;
		worker->status.stores[i].works = true; /* until it fails */
	}
	pthread_mutex_init(&worker->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->cond, &attr);
	pthread_condattr_destroy(&attr);
}

static void destroy(struct worker *worker)
{
	pthread_cond_destroy(&worker->cond);
	pthread_mutex_destroy(&worker->mutex);
	free(worker);
}

struct worker *worker_start(const struct worker_setup *setup)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (worker)
		init(worker, setup);
	if (!worker || pthread_create(&worker->thread, NULL, run, worker)) {
		if (worker)
			destroy(worker);
		free_stores(setup);
		return NULL;
	}
	return worker;
}

void worker_wake(struct worker *worker)
{
	pthread_mutex_lock(&worker->mutex);
	if (!worker->woken) /* else it gathers already, and lets it be */
		pthread_cond_signal(&worker->cond);
	worker->woken = true;
	pthread_mutex_unlock(&worker->mutex);
}

void worker_leave(struct worker *worker, bool to_the_end)
{
	pthread_mutex_lock(&worker->mutex);
	if (worker->leave != LEAVES_SOON)
		worker->leave = to_the_end ? LEAVES_AT_THE_END : LEAVES_SOON;
	pthread_cond_signal(&worker->cond);
	pthread_mutex_unlock(&worker->mutex);
	for (size_t i = 0; i < worker->n && !to_the_end; i++)
		atomic_store(&worker->feeds[i].store->hurry, true);
}

bool worker_has_left(struct worker *worker)
{
	bool left;

	pthread_mutex_lock(&worker->mutex);
	left = worker->left;
	pthread_mutex_unlock(&worker->mutex);
	return left;
}

uint64_t worker_stop(struct worker *worker)
{
	uint64_t behind = 0;

	worker_leave(worker, false);
	pthread_join(worker->thread, NULL);
	for (size_t i = 0; i < worker->n; i++) {
		if (worker->status.stores[i].behind > behind)
			behind = worker->status.stores[i].behind;
		free(worker->feeds[i].store);
	}
	destroy(worker);
	return behind;
}

void worker_read_status(struct worker *worker, struct worker_status *out)
{
	pthread_mutex_lock(&worker->mutex);
	*out = worker->status;
	pthread_mutex_unlock(&worker->mutex);
}
