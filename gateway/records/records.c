#include "records/records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "records/worker.h"

enum { LOOK_S = 1, BEHIND_S = 60, US_PER_S = 1000000, LEAVING_LOOK_US = 50000 };

struct records {
	struct records_setup setup;
	struct worker *worker; /* NULL: nothing is stored */
	struct worker *
		leaving; /* of the setup before; the next one begins when it has ended. NULL: none */
	struct osmo_timer_list look;
	uint64_t behind_us
		[WORKER_STORES_MAX]; /* since when the store has not caught up; 0: it has */
};

static void tell_store(struct records *records, size_t i, const struct store_status *status)
{
	char text[ALARM_TEXT_MAX];
	uint64_t *since_us = &records->behind_us[i];

	if (!status->behind)
		*since_us = 0;
	else if (!*since_us)
		*since_us = clock_now_us();
	if (!status->works)
		snprintf(text, sizeof(text), "%s", status->error);
	else if (*since_us && clock_now_us() - *since_us > (uint64_t)BEHIND_S * US_PER_S)
		snprintf(text, sizeof(text), "works, but %" PRIu64 " octets wait", status->behind);
	else {
		alarm_clear(ALARM_RECORDS_STORE, status->name);
		return;
	}
	alarm_raise(ALARM_RECORDS_STORE, status->name, "", text);
}

static int begin(struct records *records);

static void on_look(void *data)
{
	struct records *records = data;
	struct worker_status status;
	char text[ALARM_TEXT_MAX];

	if (records->leaving) {
		begin(records);
		return;
	}
	worker_read_status(records->worker, &status);
	for (size_t i = 0; i < status.n_stores; i++)
		tell_store(records, i, &status.stores[i]);
	if (status.unread) {
		snprintf(text, sizeof(text), "files: %" PRIu64, status.unread);
		alarm_raise(ALARM_RECORDS_UNREAD, "", "", text);
	}
	osmo_timer_schedule(&records->look, LOOK_S, 0);
}

static int records_destructor(struct records *records)
{
	osmo_timer_del(&records->look);
	if (records->leaving)
		worker_stop(records->leaving);
	if (records->worker)
		worker_stop(records->worker);
	return 0;
}

struct records *records_new(void *talloc_ctx)
{
	struct records *records = talloc_zero(talloc_ctx, struct records);

	if (!records)
		return NULL;
	osmo_timer_setup(&records->look, on_look, records);
	talloc_set_destructor(records, records_destructor);
	return records;
}

void records_free(struct records *records)
{
	talloc_free(records);
}

/* It goes on by itself for a while: a database that is away must not hold up calls. What is in its journal and not in that of
 * the setup to come it takes along first. */
static void stop(struct records *records, const struct records_setup *to)
{
	struct worker_status status;

	osmo_timer_del(&records->look);
	memset(records->behind_us, 0, sizeof(records->behind_us));
	if (!records->worker)
		return;
	worker_read_status(records->worker, &status);
	for (size_t i = 0; i < status.n_stores; i++)
		alarm_clear(ALARM_RECORDS_STORE, status.stores[i].name);
	alarm_clear(ALARM_RECORDS_UNREAD, "");
	worker_leave(records->worker, strcmp(records->setup.journal, to->journal) != 0);
	records->leaving = records->worker;
	records->worker = NULL;
}

/* Whose journal it is, in a database that several gateways share. */
static void name_spool(const struct records *records, struct store *store)
{
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	snprintf(store->spool, sizeof(store->spool), "%s:%s", host, records->setup.journal);
}

/* False: there is no memory. */
static bool add_store(const struct records *records, struct worker_setup *setup,
		      struct store *store)
{
	if (!store)
		return false;
	name_spool(records, store);
	setup->stores[setup->n_stores++] = store;
	return true;
}

static int start(struct records *records)
{
	const struct records_setup *to = &records->setup;
	struct worker_setup setup = { .path = to->journal, .limits = to->limits };
	char place[STORE_AT_MAX + 8];

	if (*to->sqlite && !add_store(records, &setup, sqlite_store_new(to->sqlite)))
		return -ENOMEM;
	if (*to->postgresql &&
	    !add_store(records, &setup, pg_store_new(to->postgresql, to->password)))
		return -ENOMEM;
	snprintf(place, sizeof(place), "%s.radius", to->journal);
	if (*to->radius.address &&
	    !add_store(records, &setup, radius_store_new(&to->radius, place)))
		return -ENOMEM;
	records->worker = worker_start(&setup);
	if (!records->worker)
		return -ENOMEM;
	osmo_timer_schedule(&records->look, LOOK_S, 0);
	return 0;
}

static bool same(const struct records_setup *a, const struct records_setup *b)
{
	return strcmp(a->journal, b->journal) == 0 && strcmp(a->sqlite, b->sqlite) == 0 &&
	       strcmp(a->postgresql, b->postgresql) == 0 && strcmp(a->password, b->password) == 0 &&
	       strcmp(a->radius.address, b->radius.address) == 0 &&
	       a->radius.port == b->radius.port &&
	       strcmp(a->radius.secret, b->radius.secret) == 0 &&
	       a->limits.max_age_s == b->limits.max_age_s &&
	       a->limits.max_octets == b->limits.max_octets;
}

/* As the setup says, once the worker of the one before has ended. */
static int begin(struct records *records)
{
	int rc = 0;

	if (records->leaving && !worker_has_left(records->leaving)) {
		osmo_timer_schedule(&records->look, 0, LEAVING_LOOK_US);
		return 0;
	}
	if (records->leaving)
		worker_stop(records->leaving);
	records->leaving = NULL;
	if (*records->setup.journal)
		rc = start(records);
	if (rc < 0) {
		LOGP(DCALL, LOGL_ERROR, "call records are not stored: %s\n", strerror(-rc));
		memset(&records->setup, 0, sizeof(records->setup));
	}
	return rc;
}

int records_apply(struct records *records, const struct records_setup *setup)
{
	if (same(&records->setup, setup))
		return 0;
	stop(records, setup);
	records->setup = *setup;
	return begin(records);
}

void records_wake(void *data)
{
	struct records *records = data;

	if (records->worker)
		worker_wake(records->worker);
}

bool records_status(const struct records *records, struct worker_status *out)
{
	if (records->worker)
		worker_read_status(records->worker, out);
	return records->worker;
}

const char *records_sqlite(const struct records *records)
{
	return records->setup.sqlite;
}
