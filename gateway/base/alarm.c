/* Alarms hashed by their object: a chain holds the few kinds about the objects of one bucket, so raising, clearing
 * and asking whether an object has an alarm do not grow with their number. A subject outlives its alarm by the
 * damping window, so that coming and going can be counted; the history is a ring of plain values. */
#include "base/alarm.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/log.h"

enum { BUCKETS = 4096, US_PER_S = 1000000 };

/* STANDS: the fault is there. HELD: it is gone, but came and went too often to be believed. OVER: cleared, in
 * the history; only the times when it was raised are remembered. */
enum subject_state { STANDS, HELD, OVER };

struct subject {
	struct llist_head in_bucket;
	struct llist_head in_active; /* unless OVER */
	enum subject_state state;
	struct alarm_status status;
	uint64_t raised_us[ALARM_DAMP_TIMES]; /* the latest ones, as a ring; 0: none */
	unsigned next;
	struct osmo_timer_list quiet; /* HELD: until it is believed; OVER: until it is forgotten */
};

static struct llist_head buckets[BUCKETS];
static LLIST_HEAD(active); /* newest first */
static struct alarm_status history[ALARM_HISTORY];
static size_t history_next, history_n;
static uint32_t last_id;
static bool ready; /* the buckets are */
static void (*listener)(const struct alarm_status *alarm, bool raised);

/* FNV-1a */
static struct llist_head *bucket_of(const char *object)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < ALARM_OBJECT_MAX - 1 && object[i]; i++)
		hash = (hash ^ (unsigned char)object[i]) * 16777619u;
	return &buckets[hash % BUCKETS];
}

/* Names are compared as they are kept: up to ALARM_OBJECT_MAX - 1 characters. */
static bool is_about(const struct subject *subject, const char *object)
{
	return strncmp(subject->status.object, object, ALARM_OBJECT_MAX - 1) == 0;
}

static struct subject *find(enum alarm_kind kind, const char *object)
{
	struct subject *subject;

	if (!ready)
		return NULL;
	llist_for_each_entry (subject, bucket_of(object), in_bucket) {
		if (subject->status.kind == kind && is_about(subject, object))
			return subject;
	}
	return NULL;
}

static int64_t wall_s(void)
{
	return clock_wall().tv_sec;
}

static void log_alarm(const struct alarm_status *status, const char *what)
{
	const struct alarm_info *info = status->info;

	LOGABOUT(DALARM, LOGL_NOTICE,
		 LOG_ABOUT(.alarm = info->name,
			   .alarm_state = status->cleared_s ? "cleared" : "raised",
			   .object = status->object),
		 "%s: %s %s, %s%s%s%s%s%s\n", what, alarm_severity_name(info->severity), info->name,
		 alarm_class_name(info->of), *status->object ? " " : "", status->object,
		 *status->text ? ": " : "", status->text,
		 status->damped ? " (it comes and goes, and is held until quiet)" : "");
}

/* Birth and death of a subject */

static void subject_free(struct subject *subject)
{
	osmo_timer_del(&subject->quiet);
	llist_del(&subject->in_bucket);
	if (subject->state != OVER)
		llist_del(&subject->in_active);
	talloc_free(subject);
}

static void keep_in_history(const struct alarm_status *status)
{
	history[history_next] = *status;
	history_next = (history_next + 1) % ALARM_HISTORY;
	if (history_n < ALARM_HISTORY)
		history_n++;
}

static void tell(const struct subject *subject, bool raised)
{
	if (listener)
		listener(&subject->status, raised);
}

void alarms_listen(void (*fn)(const struct alarm_status *alarm, bool raised))
{
	listener = fn;
}

/* The alarm is over for people. */
static void end_alarm(struct subject *subject)
{
	subject->status.cleared_s = wall_s();
	subject->status.damped = false;
	log_alarm(&subject->status, "cleared");
	keep_in_history(&subject->status);
	llist_del(&subject->in_active);
	subject->state = OVER;
	tell(subject, false);
}

static void on_quiet(void *data)
{
	struct subject *subject = data;

	if (subject->state == HELD)
		end_alarm(subject);
	subject_free(subject);
}

static void make_ready(void)
{
	if (ready)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		INIT_LLIST_HEAD(&buckets[i]);
	ready = true;
}

static struct subject *subject_new(enum alarm_kind kind, const char *object)
{
	struct subject *subject = talloc_zero(NULL, struct subject);

	if (!subject)
		return NULL;
	subject->state = OVER;
	subject->status.kind = kind;
	subject->status.info = alarm_info(kind);
	osmo_strlcpy(subject->status.object, object, sizeof(subject->status.object));
	osmo_timer_setup(&subject->quiet, on_quiet, subject);
	make_ready();
	llist_add(&subject->in_bucket, bucket_of(object));
	return subject;
}

/* Raise and clear */

/* Notes that it was raised now; true when that was too often within the window. */
static bool flaps(struct subject *subject)
{
	uint64_t now_us = clock_now_us();
	uint64_t oldest_us;

	subject->raised_us[subject->next] = now_us ? now_us : 1;
	subject->next = (subject->next + 1) % ALARM_DAMP_TIMES;
	oldest_us = subject->raised_us[subject->next];
	return oldest_us && now_us - oldest_us <= (uint64_t)ALARM_DAMP_WINDOW_S * US_PER_S;
}

static void set_words(struct alarm_status *status, const char *root, const char *text)
{
	osmo_strlcpy(status->root, root, sizeof(status->root));
	osmo_strlcpy(status->text, text, sizeof(status->text));
}

static void begin_alarm(struct subject *subject)
{
	struct alarm_status *status = &subject->status;

	status->id = ++last_id ? last_id : ++last_id;
	status->raised_s = wall_s();
	status->cleared_s = status->acknowledged_s = 0;
	status->times = 1;
	status->damped = flaps(subject);
	llist_add(&subject->in_active, &active);
	log_alarm(status, "raised");
	tell(subject, true);
}

static void log_only(enum alarm_kind kind, const char *object, const char *text)
{
	struct alarm_status status = { .kind = kind, .info = alarm_info(kind) };

	osmo_strlcpy(status.object, object, sizeof(status.object));
	osmo_strlcpy(status.text, text, sizeof(status.text));
	log_alarm(&status, "raised, but not listed for want of memory");
}

void alarm_raise(enum alarm_kind kind, const char *object, const char *root, const char *text)
{
	struct subject *subject = find(kind, object);

	if (!subject)
		subject = subject_new(kind, object);
	if (!subject) {
		log_only(kind, object, text);
		return;
	}
	set_words(&subject->status, root, text);
	if (subject->state == STANDS)
		return;
	osmo_timer_del(&subject->quiet);
	if (subject->state == OVER) {
		begin_alarm(subject);
	} else {
		subject->status.times++;
		flaps(subject);
	}
	subject->state = STANDS;
}

void alarm_clear(enum alarm_kind kind, const char *object)
{
	struct subject *subject = find(kind, object);

	if (!subject || subject->state != STANDS)
		return;
	if (subject->status.damped) {
		subject->state = HELD;
		osmo_timer_schedule(&subject->quiet, ALARM_DAMP_HOLD_S, 0);
		return;
	}
	end_alarm(subject);
	osmo_timer_schedule(&subject->quiet, ALARM_DAMP_WINDOW_S, 0);
}

void alarm_forget(enum alarm_class of, const char *object)
{
	struct subject *subject, *next;

	if (!ready)
		return;
	llist_for_each_entry_safe (subject, next, bucket_of(object), in_bucket) {
		if (subject->status.info->of != of || !is_about(subject, object))
			continue;
		if (subject->state != OVER)
			end_alarm(subject);
		subject_free(subject);
	}
}

/* Roots */

/* The alarm that explains this one: about its root, as severe, and of a class further down, so that no two explain
 * each other. */
static const struct subject *explanation(const struct alarm_status *status)
{
	const struct subject *subject;

	if (!*status->root)
		return NULL;
	llist_for_each_entry (subject, bucket_of(status->root), in_bucket) {
		const struct alarm_info *info = subject->status.info;

		if (subject->state != OVER && info->of < status->info->of &&
		    info->severity >= status->info->severity && is_about(subject, status->root))
			return subject;
	}
	return NULL;
}

/* Reading */

static void each_active(bool (*fn)(void *data, const struct alarm_status *), void *data)
{
	const struct subject *subject;

	llist_for_each_entry (subject, &active, in_active) {
		struct alarm_status status = subject->status;
		const struct subject *above = explanation(&status);

		status.beneath = above ? above->status.id : 0;
		if (!fn(data, &status))
			return;
	}
}

void alarms_each(bool is_active, bool (*fn)(void *data, const struct alarm_status *), void *data)
{
	if (is_active) {
		each_active(fn, data);
		return;
	}
	for (size_t i = 1; i <= history_n; i++) {
		if (!fn(data, &history[(history_next + ALARM_HISTORY - i) % ALARM_HISTORY]))
			return;
	}
}

struct search {
	uint32_t id;
	struct alarm_status *out;
	bool found;
};

static bool compare(void *data, const struct alarm_status *status)
{
	struct search *search = data;

	search->found = status->id == search->id;
	if (search->found)
		*search->out = *status;
	return !search->found;
}

bool alarm_get(uint32_t id, struct alarm_status *out)
{
	struct search search = { .id = id, .out = out };

	alarms_each(true, compare, &search);
	if (!search.found)
		alarms_each(false, compare, &search);
	return search.found;
}

unsigned alarms_count(enum alarm_severity at_least)
{
	const struct subject *subject;
	unsigned n = 0;

	llist_for_each_entry (subject, &active, in_active) {
		if (subject->status.info->severity >= at_least && !explanation(&subject->status))
			n++;
	}
	return n;
}

int alarm_acknowledge(uint32_t id)
{
	struct subject *subject;

	llist_for_each_entry (subject, &active, in_active) {
		if (subject->status.id != id)
			continue;
		if (!subject->status.acknowledged_s)
			subject->status.acknowledged_s = wall_s();
		return 0;
	}
	return -ENOENT;
}

void alarms_reset(void)
{
	struct subject *subject, *next;

	for (size_t i = 0; i < BUCKETS && ready; i++) {
		llist_for_each_entry_safe (subject, next, &buckets[i], in_bucket)
			subject_free(subject);
	}
	history_next = history_n = 0;
	last_id = 0;
}
