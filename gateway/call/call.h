/* The hub: pairs legs into calls, routes them, clears them, knows no protocol. Control thread.
 * The hub owns calls; protocols own legs. Every ended call leaves one log line that says why. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/leg.h"
#include "call/target.h"

struct call_hub;
struct config;
struct history_config;
struct lookups;
struct mg;
struct routes_config;

struct call_hub *call_hub_new(void *talloc_ctx, struct mg *mg);
void call_hub_free(struct call_hub *hub);
/* New routes and lines hold for calls that come from now on. 0 or -ENOMEM, then nothing changed. */
int call_hub_apply(struct call_hub *hub, const struct routes_config *config);
/* Refuse new calls (cause 41) and release all with cause 41; on_empty once when none is left, from the loop. */
void call_hub_drain(struct call_hub *hub, void (*on_empty)(void *data), void *data);
/* Refuses new calls (cause 41), but emergency calls and those back from there; on_empty comes once when the last call
 * is over. on_empty NULL: takes calls again. */
void call_hub_close(struct call_hub *hub, void (*on_empty)(void *data), void *data);

/* The leg speaks. LEG_SETUP from a leg without a call makes one (leg->call set; the leg's context is
 * call_context(leg->call)). After LEG_RELEASE_COMPLETE leg->call is NULL and the leg may be freed. */
void call_hears(struct call_hub *hub, struct leg *leg, const struct leg_msg *msg);

/* The leg's messages are those of that key (timeline.h), whatever call it is in. Before the first is sent. */
void call_names_messages(struct leg *leg, uint64_t key);
/* A call that its protocol refused before it was one, as far as known. It has a number and a time line, which has ended, so
 * that it is found by `why`; messages of that key are on it. */
struct call_refusal {
	uint64_t key;
	enum target_kind kind;
	const char *via, *calling, *called;
	const char *why; /* "403 forbidden" */
	uint8_t cause;
};
/* Its number; 0: the key is another call's, whose time line has it. */
uint32_t call_note_refusal(struct call_hub *hub, const struct call_refusal *refusal);
/* What is kept of calls, and who is sent their messages; before it no octets are kept. */
void call_hub_history(struct call_hub *hub, const struct history_config *config);
struct timelines *call_timelines(const struct call_hub *hub);
/* What is looked up about calls (lookups.h), to be read. */
const struct lookups *call_lookups(const struct call_hub *hub);
/* What the line of the call says besides: its sound. Without a call nothing. */
void call_notes_media(struct leg *leg, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

uint32_t call_context(const struct call *call);
uint32_t call_id(const struct call *call);
/* Whom this leg talks to: NULL until the call is answered, and once it is being cleared. */
const struct leg *call_other(const struct leg *leg);
/* May the call that this leg is called by turn to that number, as far as its caller goes (target.may_call)? */
bool call_may_turn_to(const struct leg *leg, const char *number);

/* Places a call of our own: a line's leg (or, line NULL, the built-in quiet party) to number through the
 * target. Returns the call's id, or 0 with *why. Progress comes through on_progress until the call's end
 * (text: "alerting", ...; ended: the last one); it may be NULL, and call_unwatch stops it. */
typedef void (*call_progress_cb)(void *data, uint32_t id, const char *text, bool ended);
struct originate {
	enum target_kind kind;
	char through[TARGET_NAME_MAX];
	char called[LEG_DIGITS_MAX + 1], calling[LEG_DIGITS_MAX + 1];
	char line[TARGET_NAME_MAX]; /* "": quiet */
	unsigned hold_ms;           /* cleared that long after answer; 0: never by us */
};
uint32_t call_originate(struct call_hub *hub, const struct originate *what,
			call_progress_cb on_progress, void *data, const char **why);
/* The same for a call that is there. False: there is none, or somebody watches it already. */
bool call_watch(struct call_hub *hub, uint32_t id, call_progress_cb on_progress, void *data);
void call_unwatch(struct call_hub *hub, call_progress_cb on_progress, void *data);
/* Clears a call with cause 16; false when there is no such call. */
bool call_clear(struct call_hub *hub, uint32_t id);

/* Who cleared it first. */
enum call_ended_by {
	CALL_ENDED_BY_NOBODY,
	CALL_ENDED_BY_GATEWAY,
	CALL_ENDED_BY_CALLER,
	CALL_ENDED_BY_CALLED
};
enum { CALL_WHY_MAX = 256 };

/* A picture of one call, for people and programs. */
struct call_status {
	uint32_t id, context;
	const char *
		state; /* "collecting", "routing", "overlap", "proceeding", "alerting", "active" ... */
	char route[TARGET_NAME_MAX]; /* name, "" before one was found */
	struct {
		bool present;
		enum target_kind kind;
		char via[TARGET_NAME_MAX], channel[24], about[128];
		char group[TARGET_NAME_MAX]; /* that the trunk was taken for, or is in; "": none */
		uint32_t term;               /* its termination (mg.h), 0: none now */
	} leg[2];                            /* 0: who called, 1: who is called */
	char calling[LEG_DIGITS_MAX + 1], called[LEG_DIGITS_MAX + 1],
		called_out[LEG_DIGITS_MAX + 1];
	uint64_t setup_us, alert_us, answer_us; /* clock_now_us, 0: not yet */
	uint64_t ended_us;                      /* of an ended call */
	int64_t setup_wall_ms;                  /* since 1970 */
	uint8_t cause;                          /* once clearing */
	uint8_t location;                       /* enum cause_location */
	enum call_ended_by ended_by;
	char why[CALL_WHY_MAX];           /* attempts that failed, and why it ended, in words */
	uint8_t precedence;               /* enum leg_precedence */
	uint32_t continues, continued_by; /* by transfer.h; 0: none */
};
/* fn is called for each in order of id until it returns false. */
void calls_each(const struct call_hub *hub,
		bool (*fn)(void *data, const struct call_status *status), void *data);
bool call_get(const struct call_hub *hub, uint32_t id, struct call_status *out);
/* The same, and of a call that has ended not long ago; call_timelines has what happened to it. */
bool call_get_recent(const struct call_hub *hub, uint32_t id, struct call_status *out);

struct call_records {
	const char *path;     /* "": records go nowhere */
	unsigned interim_s;   /* a record so often of an answered call that goes on; 0: none */
	size_t rotate_octets; /* of a file, before the next is begun */
	void (*on_put)(void *data); /* a record has been written; or NULL */
	void *data;
};
/* Where call records go from now on; calls in progress go along. 0, or -errno with the reason logged: nothing changed
 * then. */
int call_hub_records(struct call_hub *hub, const struct call_records *to);
struct journal_status;
/* False when no records are kept. */
bool call_records_status(const struct call_hub *hub, struct journal_status *out);

struct call_totals {
	uint64_t offered, answered, failed;
	unsigned active;
};
void call_totals(const struct call_hub *hub, struct call_totals *out);
