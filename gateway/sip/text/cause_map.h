/* Q.850 causes to SIP statuses and back: RFC 3398 7.2.4.1 and 8.2.6.1, whole. Pure tables. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cause_map_cause {
	uint8_t cause;    /* Q.850 */
	uint8_t location; /* enum cause_location */
};

/* The final response to an INVITE that a call cleared with this cause gets. Always 4xx to 6xx. */
int cause_map_status(unsigned cause, unsigned location);
const char *cause_map_phrase(int status);

/* The cause that a final response of 300 to 699 means. warning: its Warning code, 0 when it has none. */
struct cause_map_cause cause_map_cause(int status, unsigned warning);

/* What somebody wants otherwise than those tables: of a peer, or of all. */
enum { CAUSE_RULES_MAX = 32 };
struct cause_rule {
	bool to_sip; /* else to ISDN */
	uint8_t cause;
	uint16_t status;
};
struct cause_rules {
	struct cause_rule rules[CAUSE_RULES_MAX];
	size_t n;
};
/* The rule for this cause (to_sip) or status, NULL for none. */
const struct cause_rule *cause_rules_find(const struct cause_rules *rules, bool to_sip,
					  unsigned key);
/* Sets a rule in the place of one for the same cause or status. False when there is no room. */
bool cause_rules_set(struct cause_rules *rules, bool to_sip, unsigned cause, unsigned status);
/* False when there is none such. */
bool cause_rules_remove(struct cause_rules *rules, bool to_sip, unsigned cause, unsigned status);
