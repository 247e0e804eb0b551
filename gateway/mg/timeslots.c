/* Timeslots: seized, released, returned; opened at the driver for the first, closed after the last. */
#include "mg/timeslots.h"

#include <errno.h>

static struct timeslot *find(struct timeslots *timeslots, const struct mg_tdm *tdm)
{
	return &timeslots->of[tdm->span][tdm->timeslot];
}

static int open_channel(struct tdm_span *span, unsigned number, struct timeslot *timeslot)
{
	int rc;

	if (!span || !span->driver->channel_open)
		return 0;
	rc = span->driver->channel_open(span, number, &timeslot->how);
	if (rc >= 0)
		timeslot->open = true;
	return rc;
}

/* One that is not open any more went with its span. */
static void close_channel(struct tdm_span *span, unsigned number, struct timeslot *timeslot)
{
	if (timeslot->open)
		span->driver->channel_close(span, number);
	timeslot->open = false;
}

int timeslots_seize(struct timeslots *timeslots, const struct mg_tdm *tdm)
{
	struct timeslot *timeslot = find(timeslots, tdm);
	int rc;

	if (timeslot->owned)
		return -EBUSY;
	timeslot->how = (struct tdm_channel){ .speech = !tdm->data,
					      .echo_tail_ms = tdm->data ? 0 : tdm->echo_tail_ms };
	rc = open_channel(timeslots->spans[tdm->span], tdm->timeslot, timeslot);
	if (rc < 0)
		return rc;
	timeslot->owned = true;
	timeslot->users++;
	return rc;
}

void timeslots_release(struct timeslots *timeslots, const struct mg_tdm *tdm)
{
	find(timeslots, tdm)->owned = false;
}

void timeslots_returned(struct timeslots *timeslots, const struct mg_tdm *tdm)
{
	struct timeslot *timeslot = find(timeslots, tdm);

	if (--timeslot->users == 0)
		close_channel(timeslots->spans[tdm->span], tdm->timeslot, timeslot);
}

/* What cannot be opened now stays silent, as the driver has logged. */
void timeslots_attach(struct timeslots *timeslots, struct tdm_span *span)
{
	timeslots->spans[span->index] = span;
	for (unsigned i = 1; i <= span->timeslots; i++) {
		struct timeslot *timeslot = &timeslots->of[span->index][i];
		if (timeslot->owned)
			(void)open_channel(span, i, timeslot);
	}
}

void timeslots_detach(struct timeslots *timeslots, struct tdm_span *span)
{
	for (unsigned i = 1; i <= span->timeslots; i++)
		close_channel(span, i, &timeslots->of[span->index][i]);
	timeslots->spans[span->index] = NULL;
}
