/* Packet loss concealment by SpanDSP, which fades a loss out within 50 ms. */
#include "codecs/dsp/plc.h"

#include <string.h>

#include <osmocom/core/talloc.h>

/* SpanDSP has a function of the same name; it would only release what it had allocated. */
#define plc_free spandsp_plc_free
#include <spandsp.h>
#undef plc_free

/* samples: long after the fade, long before SpanDSP's counter overflows */
enum { SILENT_AFTER = 8000 };

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

/* Puts the oldest sample first. plc_fillin would do so by memcpy between overlapping places. */
static void straighten(plc_state_t *s)
{
	int16_t newest[PLC_HISTORY_LEN];
	size_t n_newest = (size_t)s->buf_ptr, n_oldest = PLC_HISTORY_LEN - n_newest;

	memcpy(newest, s->history, n_newest * sizeof(int16_t));
	memmove(s->history, s->history + n_newest, n_oldest * sizeof(int16_t));
	memcpy(s->history + n_oldest, newest, n_newest * sizeof(int16_t));
	s->buf_ptr = 0;
}

void plc_fill(struct plc *plc, int16_t *samples, size_t n)
{
	if (plc->spandsp.missing_samples >= SILENT_AFTER) {
		memset(samples, 0, n * sizeof(*samples));
		return;
	}
	straighten(&plc->spandsp);
	plc_fillin(&plc->spandsp, samples, (int)n);
}
