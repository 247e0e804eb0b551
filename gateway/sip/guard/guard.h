/* What stands between the open network and the SIP side: who is not heard at all, how much is taken from each and
 * from all, what is refused when there is too much. All in fixed memory, each question answered in the same time
 * however many sources there are. It knows no peers: whoever asks says what it must know of them. Control thread. */
#pragma once

#include <osmocom/core/timer.h>

#include "sip/agent/agent.h"
#include "sip/agent/screen.h"
#include "sip/guard/bans.h"
#include "sip/guard/overload.h"
#include "sip/guard/refused.h"

struct call_hub;

struct guard_totals {
	uint64_t denied, banned;          /* dropped: by `deny`, by a ban */
	uint64_t strangers, unanswered;   /* who is no peer; of them, without an answer */
	uint64_t source_rate, all_rate;   /* requests beyond the rates */
	uint64_t dialog_rate;             /* requests within one call */
	uint64_t source_calls, all_calls; /* new calls beyond the rates */
	uint64_t calls_full;              /* new calls beyond the calls at a time */
	uint64_t overload;                /* new calls while overloaded */
	uint64_t again;                   /* INVITEs that were refused before */
	uint64_t loops;                   /* 482, 483, 440 */
	uint64_t malformed;
};

struct guard {
	struct guard_config config;
	struct agent *agent; /* NULL until it is there */
	struct bans bans;
	struct source_table sources;
	uint64_t requests_full_us, calls_full_us; /* buckets of all together */
	struct refused *refused;
	struct overload overload;
	uint64_t overloaded_us; /* when it last refused; 0: not since it was well */
	unsigned turn;          /* spreads Retry-After */
	struct osmo_timer_list tidy;
	struct guard_totals totals;
	/* Is there a call whose other side is there? NULL: there are none. */
	bool (*has_calls)(void *data, const struct sockaddr_storage *from);
	void *has_calls_data;
	const struct call_hub *hub; /* knows the emergency numbers; NULL: there are none */
};

/* NULL without memory. */
struct guard *guard_new(void *talloc_ctx);
void guard_free(struct guard *guard);
/* Bans and counters stay. */
void guard_apply(struct guard *guard, const struct guard_config *config);

/* May anything from there be read? line: the first of the request. What comes from a banned source may, when that has calls:
 * which of it is theirs is known later. */
bool guard_welcomes(struct guard *guard, const struct sockaddr_storage *from, const char *line);
/* A request that was read belongs to no call: does a ban stop it? */
bool guard_drops(struct guard *guard, const struct sockaddr_storage *from);
/* Whoever it was has failed: a wrong password, no peer's address, a malformed message. of_peer: it is a configured
 * peer's own address, which is banned only if so configured. */
void guard_failed(struct guard *guard, const struct sockaddr_storage *from, enum ban_reason reason,
		  bool of_peer);
/* It has shown who it is. */
void guard_passed(struct guard *guard, const struct sockaddr_storage *from);
/* False when it was not banned. */
bool guard_lift(struct guard *guard, const struct source *source);
void guard_lift_all(struct guard *guard);

/* What a stranger is told. */
struct screen_refusal guard_stranger(struct guard *guard, const struct sockaddr_storage *from);
/* A request of no call: too many of them? */
struct screen_refusal guard_request(struct guard *guard, const struct sockaddr_storage *from,
				    bool of_peer);

/* A new call, that is none to an emergency number: too many of them? */
struct guard_call {
	const struct sockaddr_storage *from;
	bool of_peer;
	unsigned sessions; /* of all, now */
	uint64_t hash;     /* of what makes it this INVITE */
};
uint64_t guard_hash(const struct sockaddr_storage *from, const sip_t *sip);
struct screen_refusal guard_call(struct guard *guard, const struct guard_call *call);
/* The INVITE was refused without a transaction, for whatever reason: it is so again if it comes again. */
void guard_note_refused(struct guard *guard, uint64_t hash);
/* 503 with a Retry-After of 1 to 5 s, spread so that not all come back at once. */
struct screen_refusal guard_busy(struct guard *guard);
/* Is it refusing calls for overload, or was within the last seconds? */
bool guard_is_overloaded(const struct guard *guard);
