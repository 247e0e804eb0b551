/* What protects the SIP side, as people and programs look at it and meddle with it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sip;

struct ban_status {
	char source[56];    /* "198.51.100.1", "2001:db8:1:2::/64" */
	const char *reason; /* "failed authentication" */
	unsigned age_s, left_s;
	uint64_t dropped; /* messages */
};
void sip_bans_each(const struct sip *sip, bool (*fn)(void *data, const struct ban_status *),
		   void *data);
/* An address, of IPv6 for all its /64. 0, -ENOENT (it is not banned) or -EINVAL (it is no address). */
int sip_unban(struct sip *sip, const char *address);
void sip_unban_all(struct sip *sip);

/* A counter and its name for programs: "source_calls_per_second". */
struct guard_counter {
	const char *name;
	uint64_t value;
};
enum { GUARD_COUNTERS = 24 };

struct guard_status {
	bool overloaded;
	unsigned share_percent; /* of new calls that are let in */
	unsigned calls, transactions, backlog_ms, bans;
	struct guard_counter refused[GUARD_COUNTERS]; /* until a name is NULL */
};
void sip_guard_status(const struct sip *sip, struct guard_status *out);
/* What came that was no use: by kind, until a name is NULL. */
void sip_counters(const struct sip *sip, struct guard_counter out[static GUARD_COUNTERS]);

struct peer_guard_status {
	const char *name;
	unsigned in, out; /* calls now */
	struct guard_counter refused[GUARD_COUNTERS];
};
void sip_guard_peers_each(const struct sip *sip,
			  bool (*fn)(void *data, const struct peer_guard_status *), void *data);
/* The same of the registrar's users. */
void sip_guard_users_each(const struct sip *sip,
			  bool (*fn)(void *data, const struct peer_guard_status *), void *data);
