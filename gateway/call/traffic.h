/* What a trunk or peer carried, over time: minutes of the last three hours, quarters of an hour of the last day, days of
 * the last month, cut at UTC as records are. Made of the sums of quality_counts.h by what they grew in a minute. One second of
 * it is one look: rates are by the looks there were, so that neither a late look nor a step of the wall clock falsifies
 * them; after a step back a time may come twice. 37 KB each. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct quality_counts;
struct traffic;

enum traffic_period { TRAFFIC_MINUTES, TRAFFIC_QUARTERS, TRAFFIC_DAYS, TRAFFIC_PERIODS };
enum { TRAFFIC_CLASSES = 8 }; /* of causes: Q.850 2.2.5, cause / 16 */

struct traffic_figures {
	int64_t from_s;                      /* since 1970 */
	uint64_t talk_ms, delay_ms;          /* of answers; of delays */
	uint64_t packets, lost;              /* RTP */
	uint32_t seconds;                    /* looks */
	uint32_t in_use_s, full_s, down_s;   /* as in quality_counts */
	uint32_t offered_in, offered_out;    /* calls begun */
	uint32_t overflow;                   /* of offered_out */
	uint32_t ended, answered, effective; /* both ways */
	uint32_t delays;                     /* calls out that rang or were answered */
	uint32_t classes[TRAFFIC_CLASSES];   /* of ended */
	uint32_t peak;                       /* in use, the most at a look */
};

/* sums outlive it. NULL without memory. */
struct traffic *traffic_new(void *talloc_ctx, const struct quality_counts *sums);
/* An interval of before the gateway began, newer than all that are there. What is under way goes on with the last. */
void traffic_put_back(struct traffic *traffic, enum traffic_period period,
		      const struct traffic_figures *figures);
/* In seconds, and how many are kept. */
unsigned traffic_length(enum traffic_period period);
unsigned traffic_kept(enum traffic_period period);
/* Before the sums of a second are added: the wall clock says that, and what is over is put away. */
void traffic_turn(struct traffic *traffic, int64_t wall_s);
/* So many are in use at this look. */
void traffic_use(struct traffic *traffic, unsigned in_use);
/* The present one first, so far as it is, until fn returns false. Before the first look there is none, only what was
 * put back. */
void traffic_each(const struct traffic *traffic, enum traffic_period period,
		  bool (*fn)(void *data, const struct traffic_figures *figures), void *data);
/* The minutes that there are of the last hour, sixty at most, with the present one; false if there is none. */
bool traffic_hour(const struct traffic *traffic, struct traffic_figures *out);
