/* Bans: failures are counted over a window that begins with the first of them. */
#include "sip/guard/bans.h"

enum { SUSPECTS = 4096, BANNED = 4096, US_PER_S = 1000000 };

struct suspect {
	struct source_entry entry;
	uint64_t since_us; /* the first failure of the window */
	unsigned failures;
};

bool bans_init(struct bans *bans, void *talloc_ctx)
{
	bans->total = 0;
	return source_table_init(&bans->suspects, talloc_ctx, SUSPECTS, sizeof(struct suspect)) &&
	       source_table_init(&bans->banned, talloc_ctx, BANNED, sizeof(struct ban));
}

static bool counts(const struct ban_policy *policy, enum ban_reason reason)
{
	return policy->after && (reason == BAN_AUTHENTICATION ||
				 (reason == BAN_STRANGER ? policy->strangers : policy->malformed));
}

bool bans_failed(struct bans *bans, const struct ban_policy *policy, const struct source *source,
		 enum ban_reason reason, uint64_t now_us)
{
	struct suspect *suspect;
	struct ban *ban;

	if (!counts(policy, reason))
		return false;
	suspect = source_table_get(&bans->suspects, source, now_us);
	if (!suspect->failures ||
	    now_us - suspect->since_us > (uint64_t)policy->within_s * US_PER_S) {
		suspect->since_us = now_us;
		suspect->failures = 0;
	}
	if (++suspect->failures < policy->after)
		return false;
	source_table_drop(&bans->suspects, &suspect->entry);
	ban = source_table_get(&bans->banned, source, now_us);
	ban->since_us = now_us;
	ban->until_us = now_us + (uint64_t)policy->for_s * US_PER_S;
	ban->reason = reason;
	bans->total++;
	return true;
}

void bans_forgive(struct bans *bans, const struct source *source)
{
	struct suspect *suspect = source_table_find(&bans->suspects, source);

	if (suspect)
		source_table_drop(&bans->suspects, &suspect->entry);
}

struct ban *bans_find(struct bans *bans, const struct source *source, uint64_t now_us)
{
	struct ban *ban = source_table_find(&bans->banned, source);

	if (!ban)
		return NULL;
	if (now_us >= ban->until_us) {
		source_table_drop(&bans->banned, &ban->entry);
		return NULL;
	}
	ban->entry.used_us = now_us;
	return ban;
}

bool bans_lift(struct bans *bans, const struct source *source)
{
	struct ban *ban = source_table_find(&bans->banned, source);

	bans_forgive(bans, source);
	if (ban)
		source_table_drop(&bans->banned, &ban->entry);
	return ban;
}

unsigned bans_expire(struct bans *bans, uint64_t now_us)
{
	struct ban *ban = NULL;

	while ((ban = source_table_next(&bans->banned, ban))) {
		if (now_us >= ban->until_us)
			source_table_drop(&bans->banned, &ban->entry);
	}
	return bans->banned.used;
}

const char *ban_reason_name(enum ban_reason reason)
{
	static const char *const names[] = {
		[BAN_AUTHENTICATION] = "failed authentication",
		[BAN_STRANGER] = "no peer",
		[BAN_MALFORMED] = "malformed messages",
	};

	return names[reason];
}
