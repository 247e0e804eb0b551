/* DTMF detection by SpanDSP. Its state lives inside ours, the digit buffer too, and a detector
 * initialised in memory that it is given takes none of its own. */
#include "codecs/dsp/dtmf.h"

#include <osmocom/core/talloc.h>

/* SpanDSP has functions of the same names as ours; they would only release what it had
 * allocated. */
#define dtmf_rx_free spandsp_dtmf_rx_free
#include <spandsp.h>
#include <spandsp/expose.h>
#undef dtmf_rx_free

struct dtmf_rx {
	dtmf_rx_state_t spandsp;
	char down;
};

/* digit is what is down from now on, 0 when nothing is. */
static void on_change(void *data, int digit, int level, int duration)
{
	struct dtmf_rx *rx = data;

	(void)level;
	(void)duration;
	rx->down = (char)digit;
}

struct dtmf_rx *dtmf_rx_new(void *talloc_ctx)
{
	struct dtmf_rx *rx = talloc_zero(talloc_ctx, struct dtmf_rx);

	if (rx)
		dtmf_rx_reset(rx);
	return rx;
}

void dtmf_rx_reset(struct dtmf_rx *rx)
{
	dtmf_rx_init(&rx->spandsp, NULL, NULL);
	dtmf_rx_set_realtime_callback(&rx->spandsp, on_change, rx);
	rx->down = 0;
}

void dtmf_rx_free(struct dtmf_rx *rx)
{
	talloc_free(rx);
}

char dtmf_rx_feed(struct dtmf_rx *rx, const int16_t *samples, size_t n)
{
	dtmf_rx(&rx->spandsp, samples, (int)n);
	return rx->down;
}
