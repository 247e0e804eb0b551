/* A canceller and what turns it off, around the octets of a timeslot. */
#include "mg/line_echo.h"

#include <errno.h>

#include "codecs/dsp/echo.h"
#include "codecs/g711.h"

int line_echo_init(struct line_echo *echo, void *talloc_ctx, unsigned tail_ms)
{
	*echo = (struct line_echo){ 0 };
	disabler_init(&echo->disabler);
	if (!tail_ms)
		return 0;
	echo->canceller = echo_new(talloc_ctx, tail_ms, SAMPLE_RATE);
	return echo->canceller ? 0 : -ENOMEM;
}

void line_echo_fini(struct line_echo *echo)
{
	if (echo->canceller)
		echo_free(echo->canceller);
}

void line_echo_clean(struct line_echo *echo, struct frame *came)
{
	int16_t near[TICK_OCTETS], out[TICK_OCTETS];
	bool off;

	if (!echo->canceller)
		return;
	g711_decode(came->law, came->octets, near, TICK_OCTETS);
	off = disabler_feed(&echo->disabler, echo->sent, near) || echo->returned;
	if (off && !echo->off)
		echo_reset(echo->canceller);
	echo->off = off;
	if (off || !echo_run(echo->canceller, echo->sent, near, out))
		return;
	g711_encode(came->law, out, echo->cleaned, TICK_OCTETS);
	came->octets = echo->cleaned;
}

void line_echo_sent(struct line_echo *echo, const struct frame *sent)
{
	if (!echo->canceller)
		return;
	g711_decode(sent->law, sent->octets, echo->sent, TICK_OCTETS);
	echo->returned = sent->returned;
}

void line_echo_stats(const struct line_echo *echo, struct mg_stats *out)
{
	if (!echo->canceller)
		return;
	out->echo_on = !echo->off;
	out->erl_ddb = echo_erl_ddb(echo->canceller);
	out->erle_ddb = echo_erle_ddb(echo->canceller);
}
