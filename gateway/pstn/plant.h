/* The plant: spans and the trunks on them, carried over together from one configuration to the next. Control
 * thread. */
#pragma once

struct config;
struct config_report;
struct plant;
struct trunks;

/* trunks outlives the plant. NULL: no memory. */
struct plant *plant_new(void *talloc_ctx, struct trunks *trunks);
void plant_free(struct plant *plant); /* closes its spans; no trunk is on them any more */
/* Opens, changes and closes spans and trunks until they are as the configuration says. What would cost a call waits
 * until the calls of that trunk are over, and no new one begins there meanwhile. 0 or -errno with the faults in the
 * report; then part of it may stand. */
int plant_apply(struct plant *plant, const struct config *to, struct config_report *report);
/* Told each time before spans and trunks may change, by a commit or later: what is on them beside calls ends. NULL:
 * nobody. */
void plant_before_change(struct plant *plant, void (*before)(void));
/* What waits is done now; calls there are cleared (cause 41). */
int plant_now(struct plant *plant, struct config_report *report);

struct plant_waiting {
	const char *trunk;
	const char *what; /* it is to be "changed", "removed", "added" */
	unsigned calls;   /* that it waits for; 0: for those of another trunk on its spans */
};
void plant_each_waiting(const struct plant *plant,
			void (*fn)(void *data, const struct plant_waiting *waiting), void *data);
