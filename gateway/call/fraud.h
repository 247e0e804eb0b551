/* The guard against toll fraud. Each new call is looked at once its number is known, whatever protocol it came by:
 * rules say how many calls, calls an hour and minutes a day are usual; near that there is an alarm, beyond it calls
 * are refused. Emergency calls are not looked at. Fixed memory a rule. Control thread; the hub owns it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/fraud_config.h"
#include "call/leg.h"

struct fraud;

/* watch is called now and then while calls are counted, for those that fraud_cuts. NULL without memory. */
struct fraud *fraud_new(void *talloc_ctx, void (*watch)(void *data), void *data);
void fraud_free(struct fraud *fraud);

/* What a call uses of its rules: kept in the call. Zeroed at first. */
struct fraud_use {
	uint32_t rules;                   /* one bit each */
	uint32_t serial[FRAUD_RULES_MAX]; /* of the rule, as rules come and go */
	uint16_t account[FRAUD_RULES_MAX];
	uint64_t answer_us; /* 0: not yet */
};

/* The call, with its number as far as it is known. 0, or the cause for which it is refused, with *rule its name. May
 * be asked again when more digits have come. */
unsigned fraud_admit(struct fraud *fraud, struct fraud_use *use, enum target_kind kind,
		     const char *from, const struct leg_setup *setup, const char **rule);
/* The same for a call that does not come: nothing is counted. */
unsigned fraud_would_refuse(const struct fraud *fraud, enum target_kind kind, const char *from,
			    const struct leg_setup *setup, const char **rule);
void fraud_answered(struct fraud *fraud, struct fraud_use *use);
void fraud_ended(struct fraud *fraud, struct fraud_use *use);
/* Must this call end now? */
bool fraud_cuts(const struct fraud *fraud, const struct fraud_use *use);

/* Rules of the same name keep what they have counted. 0 or -ENOMEM, then nothing changed. */
int fraud_apply(struct fraud *fraud, const struct fraud_config *config);

struct fraud_status {
	const char *rule, *of; /* of: the caller or source that it counts for; "": all */
	bool blocked;
	unsigned blocked_left_s; /* 0: until `unblock` */
	unsigned calls, calls_this_hour, minutes_today;
	unsigned max_calls, max_calls_per_hour, max_minutes_per_day; /* 0: no limit */
	uint64_t refused;
};
/* Every account that counts something. */
void fraud_each(struct fraud *fraud, bool (*fn)(void *data, const struct fraud_status *),
		void *data);
/* Ends all blocks of that rule; false when there is no such rule. */
bool fraud_unblock(struct fraud *fraud, const char *rule);
