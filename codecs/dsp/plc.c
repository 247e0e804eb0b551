/* Packet loss concealment by SpanDSP, which fades a loss out within 50 ms. */
#include "codecs/dsp/plc.h"

#include <string.h>

#include <osmocom/core/talloc.h>

/* SpanDSP has a function of the same name; it would only release what it had allocated. */
#define plc_free spandsp_plc_free
#include <spandsp.h>
#undef plc_free

enum {
	SILENT_AFTER =
		8000 /* samples: long after the fade, long before SpanDSP's counter overflows */
};

struct plc {
	plc_state_t spandsp;
};

struct plc *plc_new(void *talloc_ctx)
{
	struct plc *plc = talloc_zero(talloc_ctx, struct plc);

	if (plc)
		plc_init(&plc->spandsp);
	return plc;
}

void plc_free(struct plc *plc)
{
	talloc_free(plc);
}

void plc_good(struct plc *plc, int16_t *samples, size_t n)
{
	plc_rx(&plc->spandsp, samples, (int)n);
}

void plc_fill(struct plc *plc, int16_t *samples, size_t n)
{
	if (plc->spandsp.missing_samples < SILENT_AFTER)
		plc_fillin(&plc->spandsp, samples, (int)n);
	else
		memset(samples, 0, n * sizeof(*samples));
}
