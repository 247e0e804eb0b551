/* Trunk groups: which of its trunks a call is to try, how much of all of them together calls may take, and what is
 * counted of them. Channels are seized by the trunks alone (target.h), which know of no group; what a group has in
 * use is asked of them each time, so that trunks may come and go in mid-call. The hub owns it. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/trunk_group_config.h"

struct call_hub;
struct leg_setup;
struct routes_config;
struct trunk_group;
struct trunk_groups;

/* The configured groups, of which nobody hears yet; NULL without memory. */
struct trunk_groups *trunk_groups_new(struct call_hub *hub, const struct routes_config *config);
/* Takes the place of old (NULL: none), which is freed; what old has counted goes on in groups of the same names. */
void trunk_groups_replace(struct trunk_groups *groups, struct trunk_groups *old);
void trunk_groups_free(struct trunk_groups *groups);
/* Another number when members have come, gone or moved. */
unsigned trunk_groups_generation(const struct trunk_groups *groups);

struct trunk_group *trunk_group_find(const struct call_hub *hub, const char *name); /* or NULL */
const struct trunk_group_config *trunk_group_config(const struct trunk_group *group);
/* The member of that name; -1: it has none such. */
int trunk_group_member(const struct trunk_group *group, const char *trunk);
/* The first group that the trunk is in; "": none. */
const char *trunk_group_of(const struct call_hub *hub, const char *trunk);

/* The member to be tried next, of those whose bits are not in tried; -1: there is none. */
int trunk_group_next(const struct trunk_group *group, uint32_t tried);
/* 0 when its limits let one more call begin to the line, and it counts for its rate; else the cause, and why. Calls of
 * emergency, and back from there, are always let. */
unsigned trunk_group_admits(struct trunk_group *group, uint8_t precedence, const char **why);
/* The same for a call that does not come. */
unsigned trunk_group_would_admit(const struct trunk_group *group, uint8_t precedence,
				 const char **why);
/* The same of a routine call that has come from the line, on the trunk, in each group that the trunk is in; *group:
 * whose limit it is. */
unsigned trunk_groups_refuse_in(struct call_hub *hub, const char *trunk, const char **group,
				const char **why);

/* What is counted: a member was taken by a call, or did not take it; a call found no member that did. */
void trunk_group_taken(struct trunk_group *group, unsigned member);
void trunk_group_refused(struct trunk_group *group, unsigned member);
void trunk_group_overflows(struct trunk_group *group);

/* A picture of one group, for people and programs. */
struct trunk_group_status {
	const struct trunk_group_config *config;
	/* "free", "all trunks busy", "out of service"; "limit reached": its own limit or reserve refuses a routine call
	 * to the line that a trunk would take. */
	const char *state;
	struct trunk_load load;
	unsigned peak;      /* calls at a time, the most since it was configured */
	uint64_t overflows; /* calls that no member took, or its limits refused */
	uint64_t limited;   /* of these and of calls from the line, by its limits */
	uint64_t busy_s;    /* seconds with calls and no free channel, whatever its limits */
	struct {
		bool exists;
		const char *state; /* "free", or why it takes no call now */
		struct trunk_load load;
		uint64_t taken, refused;
	} members[TRUNK_GROUP_MEMBERS];
};
/* fn is called for each in order of the configuration until it returns false. */
void trunk_groups_each(const struct call_hub *hub,
		       bool (*fn)(void *data, const struct trunk_group_status *status), void *data);
