/* Sources that failed too often and are not heard for a while. In fixed memory: when it is full, the failures and
 * bans not touched for longest are forgotten. Control thread. */
#pragma once

#include "sip/guard/guard_config.h"
#include "sip/guard/source.h"

enum ban_reason { BAN_AUTHENTICATION, BAN_STRANGER, BAN_MALFORMED, BAN_REASONS };

struct bans {
	struct source_table suspects, banned;
	uint64_t total; /* since the start */
};

struct ban {
	struct source_entry entry;
	uint64_t since_us, until_us;
	uint64_t dropped;       /* messages since */
	uint64_t heard_full_us; /* bucket of those that may belong to its calls */
	enum ban_reason reason;
};

bool bans_init(struct bans *bans, void *talloc_ctx);
/* A failure of that source; true when it is banned for it, now. */
bool bans_failed(struct bans *bans, const struct ban_policy *policy, const struct source *source,
		 enum ban_reason reason, uint64_t now_us);
/* Its failures so far are forgiven: it has shown who it is. */
void bans_forgive(struct bans *bans, const struct source *source);
/* What stands against it; NULL: nothing. */
struct ban *bans_find(struct bans *bans, const struct source *source, uint64_t now_us);
/* False when it is not banned. */
bool bans_lift(struct bans *bans, const struct source *source);
/* Ends those whose time is over; how many stand. */
unsigned bans_expire(struct bans *bans, uint64_t now_us);
const char *ban_reason_name(enum ban_reason reason);
