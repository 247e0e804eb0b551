#include "records/records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "records/left.h"
#include "records/worker.h"

enum { LOOK_S = 1, BEHIND_S = 60, US_PER_S = 1000000, TURN_US = 50000 };

/* One setup's time. Its worker begins when that of no earlier setup reads the same journal, and when another setup
 * has followed it goes on until all of its journal is stored, unless the other one reads it too. */
struct tenure {
	struct llist_head list;
	struct records_setup setup;
	struct worker *worker; /* NULL: it has not begun */
};

struct records {
	struct records_setup setup;
	struct left *left;         /* journals that nobody may come to store */
	struct llist_head tenures; /* the oldest first */
	struct tenure *current;    /* the last of them; NULL: nothing is stored */
	struct osmo_timer_list look;
	struct osmo_timer_list turn; /* to see who has left, and who may begin */
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

static void on_look(void *data)
{
	struct records *records = data;
	struct worker_status status;
	char text[ALARM_TEXT_MAX];

	worker_read_status(records->current->worker, &status);
	for (size_t i = 0; i < status.n_stores; i++)
		tell_store(records, i, &status.stores[i]);
	if (status.unread) {
		snprintf(text, sizeof(text), "files: %" PRIu64, status.unread);
		alarm_raise(ALARM_RECORDS_UNREAD, "", "", text);
	}
	osmo_timer_schedule(&records->look, LOOK_S, 0);
}

/* It is to store its journal to the end, and somebody must know when it cannot. */
static void tell_left(struct records *records, const struct tenure *tenure)
{
	const char *object = left_object(tenure->setup.journal);
	struct worker_status status;
	char text[ALARM_TEXT_MAX];
	size_t i = 0;

	left_note(records->left, tenure->setup.journal);
	worker_read_status(tenure->worker, &status);
	while (i < status.n_stores && (status.stores[i].works || !status.stores[i].behind))
		i++;
	if (i == status.n_stores) {
		alarm_clear(ALARM_RECORDS_LEFT, object);
		return;
	}
	snprintf(text, sizeof(text), "%s: %" PRIu64 " octets wait: %.50s", status.stores[i].name,
		 status.stores[i].behind, status.stores[i].error);
	alarm_raise(ALARM_RECORDS_LEFT, object, "", text);
}

/* Its end, or the program's; returns octets that it leaves behind. */
static uint64_t end_tenure(struct records *records, struct tenure *tenure)
{
	const bool begun = tenure->worker;
	uint64_t behind = begun ? worker_stop(tenure->worker) : 0;

	if (begun)
		alarm_clear(ALARM_RECORDS_LEFT, left_object(tenure->setup.journal));
	if (begun && !behind)
		left_done(records->left, tenure->setup.journal);
	llist_del(&tenure->list);
	talloc_free(tenure);
	return behind;
}

static void break_off(struct records *records, struct tenure *tenure)
{
	struct records_setup setup = tenure->setup;
	bool begun = tenure->worker;
	uint64_t behind = end_tenure(records, tenure);

	if (!behind && begun)
		return;
	left_note(records->left, setup.journal);
	LOGP(DCALL, LOGL_NOTICE,
	     "call records of the journal before, %s, are not all stored (%" PRIu64
	     " octets left): they will be when it is the journal again\n",
	     setup.journal, behind);
}

/* The next start goes on there, unless its configuration has another journal by then. */
static void end_current(struct records *records)
{
	const struct records_setup setup = records->setup;

	if (end_tenure(records, records->current))
		left_note(records->left, setup.journal);
}

static int records_destructor(struct records *records)
{
	struct tenure *tenure, *next;

	osmo_timer_del(&records->look);
	osmo_timer_del(&records->turn);
	llist_for_each_entry (tenure, &records->tenures, list)
		if (tenure->worker)
			worker_leave(tenure->worker, false);
	llist_for_each_entry_safe (tenure, next, &records->tenures, list) {
		if (tenure == records->current)
			end_current(records);
		else
			break_off(records, tenure);
	}
	left_free(records->left);
	return 0;
}

static void on_turn(void *data);

struct records *records_new(void *talloc_ctx, const char *state_dir)
{
	struct records *records = talloc_zero(talloc_ctx, struct records);

	if (!records)
		return NULL;
	records->left = left_new(NULL, state_dir); /* the destructor needs it */
	if (!records->left) {
		talloc_free(records);
		return NULL;
	}
	INIT_LLIST_HEAD(&records->tenures);
	osmo_timer_setup(&records->look, on_look, records);
	osmo_timer_setup(&records->turn, on_turn, records);
	talloc_set_destructor(records, records_destructor);
	return records;
}

void records_free(struct records *records)
{
	talloc_free(records);
}

static void clear_alarms(struct records *records)
{
	struct worker_status status;

	osmo_timer_del(&records->look);
	memset(records->behind_us, 0, sizeof(records->behind_us));
	if (!records_status(records, &status))
		return;
	for (size_t i = 0; i < status.n_stores; i++)
		alarm_clear(ALARM_RECORDS_STORE, status.stores[i].name);
	alarm_clear(ALARM_RECORDS_UNREAD, "");
}

/* Workers end by themselves: a database that is away must not hold up calls. Whose journal is not that of the setup to
 * come stores it to the end. */
static void make_way(struct records *records, const struct records_setup *to)
{
	struct tenure *tenure, *next;

	clear_alarms(records);
	records->current = NULL;
	llist_for_each_entry_safe (tenure, next, &records->tenures, list) {
		bool goes_on = strcmp(tenure->setup.journal, to->journal) == 0;

		if (tenure->worker)
			worker_leave(tenure->worker, !goes_on);
		else if (goes_on)
			end_tenure(records, tenure);
	}
}

/* Whose journal it is, in a database that several gateways share. */
static void name_spool(const char *journal, struct store *store)
{
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	snprintf(store->spool, sizeof(store->spool), "%s:%s", host, journal);
}

/* False: there is no memory. */
static bool add_store(struct worker_setup *setup, struct store *store)
{
	if (!store)
		return false;
	name_spool(setup->path, store);
	setup->stores[setup->n_stores++] = store;
	return true;
}

static int start(struct tenure *tenure)
{
	const struct records_setup *to = &tenure->setup;
	struct worker_setup setup = { .path = to->journal, .limits = to->limits };
	char place[STORE_AT_MAX + 8];

	if (*to->sqlite && !add_store(&setup, sqlite_store_new(to->sqlite)))
		return -ENOMEM;
	if (*to->postgresql && !add_store(&setup, pg_store_new(to->postgresql, to->password)))
		return -ENOMEM;
	snprintf(place, sizeof(place), "%s.radius", to->journal);
	if (*to->radius.address && !add_store(&setup, radius_store_new(&to->radius, place)))
		return -ENOMEM;
	tenure->worker = worker_start(&setup);
	return tenure->worker ? 0 : -ENOMEM;
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

/* Nobody before it reads the same journal. */
static bool may_begin(const struct records *records, const struct tenure *tenure)
{
	const struct tenure *earlier;

	llist_for_each_entry (earlier, &records->tenures, list) {
		if (earlier == tenure)
			break;
		if (strcmp(earlier->setup.journal, tenure->setup.journal) == 0)
			return false;
	}
	return true;
}

static int begin(struct records *records, struct tenure *tenure)
{
	int rc = start(tenure);

	if (rc < 0) {
		LOGP(DCALL, LOGL_ERROR, "call records of %s are not stored: %s\n",
		     tenure->setup.journal, strerror(-rc));
		if (tenure == records->current) {
			records->current = NULL;
			memset(&records->setup, 0, sizeof(records->setup));
		}
		end_tenure(records, tenure);
	} else if (tenure == records->current) {
		osmo_timer_schedule(&records->look, LOOK_S, 0);
	} else {
		worker_leave(tenure->worker, true);
	}
	return rc;
}

/* 0, or -errno: the current one could not begin. */
static int take_turns(struct records *records)
{
	struct tenure *tenure, *next;
	bool waits = false, leaves = false;
	int rc = 0;

	llist_for_each_entry_safe (tenure, next, &records->tenures, list) {
		if (!tenure->worker && may_begin(records, tenure))
			rc = begin(records, tenure);
		else if (!tenure->worker)
			waits = true;
		else if (tenure != records->current && worker_has_left(tenure->worker))
			end_tenure(records, tenure);
		else if (tenure != records->current) {
			/* What goes on with its journal stores the rest. */
			if (strcmp(tenure->setup.journal, records->setup.journal) != 0)
				tell_left(records, tenure);
			leaves = true;
		}
	}
	if (waits)
		osmo_timer_schedule(&records->turn, 0, TURN_US);
	else if (leaves)
		osmo_timer_schedule(&records->turn, LOOK_S, 0);
	return rc;
}

static void on_turn(void *data)
{
	take_turns(data);
}

static bool reads(void *data, const char *journal)
{
	const struct records *records = data;
	const struct tenure *tenure;

	llist_for_each_entry (tenure, &records->tenures, list)
		if (strcmp(tenure->setup.journal, journal) == 0)
			return true;
	return false;
}

int records_apply(struct records *records, const struct records_setup *setup)
{
	struct tenure *tenure;

	if (same(&records->setup, setup))
		return 0;
	make_way(records, setup);
	memset(&records->setup, 0, sizeof(records->setup));
	tenure = *setup->journal ? talloc_zero(records, struct tenure) : NULL;
	if (*setup->journal && !tenure)
		return -ENOMEM;
	records->setup = *setup;
	records->current = tenure;
	if (tenure) {
		tenure->setup = *setup;
		llist_add_tail(&tenure->list, &records->tenures);
	}
	left_tell(records->left, reads, records);
	return take_turns(records);
}

void records_wake(void *data)
{
	struct records *records = data;

	if (records->current && records->current->worker)
		worker_wake(records->current->worker);
}

bool records_status(const struct records *records, struct worker_status *out)
{
	if (!records->current || !records->current->worker)
		return false;
	worker_read_status(records->current->worker, out);
	return true;
}

const char *records_sqlite(const struct records *records)
{
	return records->setup.sqlite;
}
