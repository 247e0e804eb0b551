/* What the end of a call means and what helps, by what was said at it. Pure tables; for why.c. */
#pragma once

#include <stdbool.h>

struct why_advice {
	const char *meaning, *advice;
};

/* By words of the gateway's own why; NULL: none is known. */
const struct why_advice *why_advice_of_words(const char *why);
/* By the final response of SIP. */
const struct why_advice *why_advice_of_status(int status);
/* By Q.850's cause; answered: the call was. */
const struct why_advice *why_advice_of_cause(unsigned cause, bool answered);
/* Nobody answered the INVITEs or the SETUP. */
extern const struct why_advice why_silence;
/* RTP was sent, and none came. */
extern const struct why_advice why_deaf;
