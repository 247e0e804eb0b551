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
/* Opens, changes and closes spans and trunks until they are as the configuration says. 0 or -errno with the
 * faults in the report; then part of it may stand. */
int plant_apply(struct plant *plant, const struct config *to, struct config_report *report);
