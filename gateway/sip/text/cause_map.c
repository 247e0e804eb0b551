/* Q.850 causes to SIP statuses and back. The rows are those of RFC 3398; what it leaves open is marked:
 * a cause that it does not list takes the status of its class's default (Q.850 2.2.5), and a status that
 * it does not list means 31 (8.2.6.1). A Reason header with a Q.850 cause goes before both tables
 * (RFC 6432): that choice is the caller's, as it depends on who sent it. */
#include "sip/text/cause_map.h"

#include <stddef.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/sip_status.h>

#include "call/cause.h"

struct status_row {
	uint8_t cause;
	uint16_t status;
};

/* RFC 3398 7.2.4.1, in its order. */
/* clang-format off */
static const struct status_row status_rows[] = {
	/* normal event */
	{ 1, 404 },   /* unallocated number */
	{ 2, 404 },   /* no route to network */
	{ 3, 404 },   /* no route to destination */
	{ 16, 480 },  /* normal call clearing: BYE or CANCEL there; before answer the callee is unavailable */
	{ 17, 486 },  /* user busy */
	{ 18, 408 },  /* no user responding */
	{ 19, 480 },  /* no answer from the user */
	{ 20, 480 },  /* subscriber absent */
	{ 21, 403 },  /* call rejected; 603 when the user did it */
	{ 22, 410 },  /* number changed, without a diagnostic */
	{ 23, 410 },  /* redirection to new destination */
	{ 26, 404 },  /* non-selected user clearing */
	{ 27, 502 },  /* destination out of order */
	{ 28, 484 },  /* address incomplete */
	{ 29, 501 },  /* facility rejected */
	{ 31, 480 },  /* normal unspecified */
	/* resource unavailable */
	{ 34, 503 },  /* no circuit available */
	{ 38, 503 },  /* network out of order */
	{ 41, 503 },  /* temporary failure */
	{ 42, 503 },  /* switching equipment congestion */
	{ 47, 503 },  /* resource unavailable */
	/* service or option not available */
	{ 55, 403 },  /* incoming calls barred within CUG */
	{ 57, 403 },  /* bearer capability not authorized */
	{ 58, 503 },  /* bearer capability not presently available */
	/* service or option not implemented */
	{ 65, 488 },  /* bearer capability not implemented */
	{ 70, 488 },  /* only restricted digital available */
	{ 79, 501 },  /* service or option not implemented */
	/* invalid message */
	{ 87, 403 },  /* user not member of CUG */
	{ 88, 503 },  /* incompatible destination */
	/* protocol error */
	{ 102, 504 }, /* recovery on timer expiry */
	{ 111, 500 }, /* protocol error */
	/* interworking */
	{ 127, 500 }, /* interworking unspecified */
};
/* clang-format on */

enum { STATUS_DEFAULT = 500 }; /* RFC 3398 7.2.4.1: "any other" */

struct cause_row {
	uint16_t status;
	uint8_t cause;
};

/* RFC 3398 8.2.6.1, in its order. 487 has no mapping there, 488 and 606 go by the Warning header. */
/* clang-format off */
static const struct cause_row cause_rows[] = {
	{ 400, 41 },  { 401, 21 },  { 402, 21 },  { 403, 21 },  { 404, 1 },
	{ 405, 63 },  { 406, 79 },  { 407, 21 },  { 408, 102 }, { 410, 22 },
	{ 413, 127 }, { 414, 127 }, { 415, 79 },  { 416, 127 }, { 420, 127 },
	{ 421, 127 }, { 423, 127 }, { 480, 18 },  { 481, 41 },  { 482, 25 },
	{ 483, 25 },  { 484, 28 },  { 485, 1 },   { 486, 17 },
	{ 500, 41 },  { 501, 79 },  { 502, 38 },  { 503, 41 },  { 504, 102 },
	{ 505, 127 }, { 513, 127 },
	{ 600, 17 },  { 603, 21 },  { 604, 1 },
};

/* RFC 3261 20.43's codes: what the callee could not do with the session description. RFC 3398 names no
 * causes for them; these are Q.850's for the same refusals. */
static const struct cause_row warning_rows[] = {
	{ 300, 65 }, { 301, 65 }, { 302, 65 }, { 303, 65 }, { 304, 65 },
	{ 305, 65 }, { 306, 65 }, { 307, 65 }, { 330, 65 }, { 331, 65 },
	{ 370, 58 }, /* insufficient bandwidth: bearer capability not presently available */
};
/* clang-format on */

static int status_of(unsigned cause)
{
	for (size_t i = 0; i < ARRAY_SIZE(status_rows); i++) {
		if (status_rows[i].cause == cause)
			return status_rows[i].status;
	}
	return 0;
}

/* Q.850 2.2.5: the class is the three high bits; 000 and 001 are both the normal class. */
static unsigned class_default(unsigned cause)
{
	return cause < 32 ? CAUSE_NORMAL_UNSPECIFIED : cause | 15;
}

int cause_map_status(unsigned cause, unsigned location)
{
	int status = status_of(cause);

	if (cause == CAUSE_REJECTED && location == LOC_USER)
		return 603; /* RFC 3398 7.2.4.1, note (+) */
	if (!status && cause >= 1 && cause <= 127)
		status = status_of(class_default(cause));
	return status ? status : STATUS_DEFAULT;
}

const char *cause_map_phrase(int status)
{
	const char *phrase = sip_status_phrase(status);

	return phrase ? phrase : "Failure";
}

static uint8_t cause_of(const struct cause_row *rows, size_t n, unsigned key)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].status == key)
			return rows[i].cause;
	}
	return CAUSE_NORMAL_UNSPECIFIED;
}

struct cause_map_cause cause_map_cause(int status, unsigned warning)
{
	struct cause_map_cause out = {
		/* RFC 3398 8.2.6.1: 6xx is the user's word, the others a network's. */
		.location = status >= 600 ? LOC_USER : LOC_BEYOND_INTERWORKING,
	};

	if (status == 488 || status == 606)
		out.cause = cause_of(warning_rows, ARRAY_SIZE(warning_rows), warning);
	else
		out.cause = cause_of(cause_rows, ARRAY_SIZE(cause_rows), (unsigned)status);
	return out;
}

static bool is_key(const struct cause_rule *rule, bool to_sip, unsigned key)
{
	return rule->to_sip == to_sip && (to_sip ? rule->cause : rule->status) == key;
}

const struct cause_rule *cause_rules_find(const struct cause_rules *rules, bool to_sip,
					  unsigned key)
{
	for (size_t i = 0; i < rules->n; i++) {
		if (is_key(&rules->rules[i], to_sip, key))
			return &rules->rules[i];
	}
	return NULL;
}

bool cause_rules_set(struct cause_rules *rules, bool to_sip, unsigned cause, unsigned status)
{
	size_t i = 0;

	while (i < rules->n && !is_key(&rules->rules[i], to_sip, to_sip ? cause : status))
		i++;
	if (i == CAUSE_RULES_MAX)
		return false;
	rules->rules[i] = (struct cause_rule){
		.to_sip = to_sip,
		.cause = (uint8_t)cause,
		.status = (uint16_t)status,
	};
	if (i == rules->n)
		rules->n++;
	return true;
}

bool cause_rules_remove(struct cause_rules *rules, bool to_sip, unsigned cause, unsigned status)
{
	for (size_t i = 0; i < rules->n; i++) {
		struct cause_rule *rule = &rules->rules[i];

		if (rule->to_sip != to_sip || rule->cause != cause || rule->status != status)
			continue;
		*rule = rules->rules[--rules->n];
		return true;
	}
	return false;
}
