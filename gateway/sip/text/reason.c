/* The Reason header with Q.850 causes. Whether it is believed is for the caller to say. */
#include "sip/text/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "call/cause.h"

enum { CAUSE_MIN = 1, CAUSE_MAX = 127 };

/* 1*DIGIT, at most three of them: "0016" or "16x" is no cause. */
static unsigned cause_number(const char *text)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > 3 || text[len])
		return 0;
	unsigned long n = strtoul(text, NULL, 10);
	return n >= CAUSE_MIN && n <= CAUSE_MAX ? (unsigned)n : 0;
}

unsigned reason_cause(const sip_reason_t *reason)
{
	for (; reason; reason = reason->re_next) {
		if (!reason->re_protocol || strcasecmp(reason->re_protocol, "Q.850") != 0 ||
		    !reason->re_cause)
			continue;
		unsigned cause = cause_number(reason->re_cause);
		if (cause)
			return cause;
	}
	return 0;
}

void reason_text(unsigned cause, char *out, size_t size)
{
	snprintf(out, size, "Q.850;cause=%u;text=\"%s\"", cause, cause_name(cause));
}
