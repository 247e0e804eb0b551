/* The Reason header. Whether it is believed is for the caller to say. */
#include "sip/text/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/utils.h>

#include "call/cause.h"
#include "sip/text/unknown.h"

enum { CAUSE_MIN = 1, CAUSE_MAX = 127, STATUS_MIN = 200, STATUS_MAX = 699 };

/* RFC 8606 4 */
static const struct value_string locations[] = {
	{ LOC_USER, "U" },
	{ LOC_PRIVATE_LOCAL, "LPN" },
	{ LOC_PUBLIC_LOCAL, "LN" },
	{ LOC_TRANSIT, "TN" },
	{ LOC_PUBLIC_REMOTE, "RLN" },
	{ LOC_PRIVATE_REMOTE, "RPN" },
	{ LOC_INTERNATIONAL, "INTL" },
	{ LOC_BEYOND_INTERWORKING, "BI" },
	{ 0, NULL },
};

/* 1*DIGIT, at most three of them: "0016" or "16x" is no cause. */
static unsigned number_of(const char *text, unsigned min, unsigned max)
{
	size_t len = text ? strspn(text, "0123456789") : 0;

	if (!len || len > 3 || text[len])
		return 0;
	unsigned long n = strtoul(text, NULL, 10);
	return n >= min && n <= max ? (unsigned)n : 0;
}

static void read_q850(const sip_reason_t *reason, struct reason *out)
{
	const char *location = unknown_param(reason->re_params, "location");

	if (out->cause)
		return;
	out->cause = (uint8_t)number_of(reason->re_cause, CAUSE_MIN, CAUSE_MAX);
	for (size_t i = 0; out->cause && location && locations[i].str; i++) {
		if (strcasecmp(location, locations[i].str) != 0)
			continue;
		out->has_location = true;
		out->location = (uint8_t)locations[i].value;
	}
}

void reason_read(const sip_reason_t *reason, struct reason *out)
{
	*out = (struct reason){ 0 };
	for (; reason; reason = reason->re_next) {
		if (!reason->re_protocol)
			continue;
		if (!strcasecmp(reason->re_protocol, "Q.850"))
			read_q850(reason, out);
		else if (!strcasecmp(reason->re_protocol, "SIP") && !out->status)
			out->status = (uint16_t)number_of(reason->re_cause, STATUS_MIN, STATUS_MAX);
	}
}

unsigned reason_cause(const sip_reason_t *reason)
{
	struct reason read;

	reason_read(reason, &read);
	return read.cause;
}

void reason_text(unsigned cause, char *out, size_t size)
{
	snprintf(out, size, "Q.850;cause=%u;text=\"%s\"", cause, cause_name(cause));
}

void reason_text_at(unsigned cause, unsigned location, char *out, size_t size)
{
	const char *word = get_value_string_or_null(locations, location);
	char text[REASON_TEXT_MAX];

	reason_text(cause, text, sizeof(text));
	snprintf(out, size, word ? "%s;location=%s" : "%s", text, word);
}
