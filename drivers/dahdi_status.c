/* Alarms and error counts of DAHDI spans. A card that recovers has its alarm still (its own settling time,
 * G.775), so it counts as red. */
#include "drivers/dahdi_status.h"

#include <dahdi/user.h>

#include <osmocom/core/utils.h>

void dahdi_status_reset(struct dahdi_status *status, unsigned alarms)
{
	for (unsigned i = 0; i < ARRAY_SIZE(status->held); i++)
		status->held[i].differs = false;
	status->alarms = alarms;
	status->counted = false;
}

unsigned dahdi_status_alarms(int card_alarms)
{
	unsigned alarms = 0;

	if (card_alarms & DAHDI_ALARM_YELLOW)
		alarms |= TDM_ALARM_YELLOW;
	if (card_alarms & DAHDI_ALARM_BLUE)
		alarms |= TDM_ALARM_BLUE;
	if (card_alarms & DAHDI_ALARM_LOOPBACK)
		alarms |= TDM_ALARM_LOOPBACK;
	if (card_alarms & (DAHDI_ALARM_RED | DAHDI_ALARM_NOTOPEN))
		alarms |= TDM_ALARM_RED;
	if (card_alarms == DAHDI_ALARM_RECOVER)
		alarms |= TDM_ALARM_RED;
	return alarms;
}

static void settle(struct dahdi_status *status, unsigned i, bool on, uint64_t now_us)
{
	const unsigned bit = 1U << i;
	const uint64_t hold_us = on ? DAHDI_RAISE_US : DAHDI_CLEAR_US;

	if (on == !!(status->alarms & bit)) {
		status->held[i].differs = false;
		return;
	}
	if (!status->held[i].differs) {
		status->held[i].differs = true;
		status->held[i].changed_us = now_us;
	}
	if (now_us - status->held[i].changed_us < hold_us)
		return;
	status->alarms ^= bit;
	status->held[i].differs = false;
}

/* Cards count up, from where their module was loaded or the counters were reset. */
static void add(uint64_t *sum, uint64_t *last, bool counted, uint64_t now)
{
	if (counted)
		*sum += now >= *last ? now - *last : now;
	*last = now;
}

static uint64_t count_of(int one, uint32_t other)
{
	return other ? other : one > 0 ? (uint64_t)one : 0;
}

/* Older modules fill the one count, newer ones the other. */
static void sum_errors(struct dahdi_status *status, const struct dahdi_spaninfo *info)
{
	struct tdm_errors *to = &status->errors, *last = &status->last;
	const bool counted = status->counted;

	add(&to->crc, &last->crc, counted, count_of(info->crc4count, 0));
	add(&to->e_bit, &last->e_bit, counted, count_of(info->ebitcount, 0));
	add(&to->code_violation, &last->code_violation, counted,
	    count_of(info->bpvcount, info->cvcount));
	add(&to->framing, &last->framing, counted, count_of(info->fascount, info->fecount));
	status->counted = true;
}

unsigned dahdi_status_feed(struct dahdi_status *status, const struct dahdi_spaninfo *info,
			   uint64_t now_us)
{
	const unsigned alarms = dahdi_status_alarms(info->alarms);

	for (unsigned i = 0; i < ARRAY_SIZE(status->held); i++)
		settle(status, i, alarms >> i & 1, now_us);
	sum_errors(status, info);
	return status->alarms;
}
