/* The media side of a gateway: its making, and what it tells control. */
#include "mg/media.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/ring.h"

#define NTP_UNIX_SECONDS 2208988800ull /* from 1900 to 1970, RFC 5905 */

int media_init(struct media *media, void *talloc_ctx)
{
	struct timespec wall = clock_wall();
	uint32_t id[3] = { 0 };

	INIT_LLIST_HEAD(&media->contexts);
	digit_tones_init(&media->tones);
	inbox_init(&media->inbox);
	if (getrandom(id, sizeof(id), 0) < 0)
		return -errno;
	/* RFC 7022 4.2: 96 random bits */
	snprintf(media->cname, sizeof(media->cname), "%08x%08x%08x", id[0], id[1], id[2]);
	media->ntp_at_zero_us =
		(NTP_UNIX_SECONDS + wall.tv_sec) * 1000000 + wall.tv_nsec / 1000 - clock_now_us();
	media->commands = ring_new(talloc_ctx, sizeof(struct command), MEDIA_RING);
	media->replies = ring_new(talloc_ctx, sizeof(struct note), MEDIA_RING);
	media->digits = ring_new(talloc_ctx, sizeof(struct digit_note), MEDIA_DIGITS);
	media->reports = ring_new(talloc_ctx, sizeof(struct report), MEDIA_REPORTS);
	if (media->commands && media->replies && media->digits && media->reports)
		return 0;
	media_fini(media);
	return -ENOMEM;
}

void media_fini(struct media *media)
{
	if (media->commands)
		ring_free(media->commands);
	if (media->replies)
		ring_free(media->replies);
	if (media->digits)
		ring_free(media->digits);
	if (media->reports)
		ring_free(media->reports);
}

uint64_t media_ntp(const struct media *media, uint64_t clock_us)
{
	uint64_t us = media->ntp_at_zero_us + clock_us;

	return (us / 1000000) << 32 | ((us % 1000000) << 32) / 1000000;
}

/* There is room: control never has more commands unanswered than the ring of replies holds. */
void media_reply(struct media *media, const struct note *note)
{
	ring_put(media->replies, note);
	media->news = true;
}

void media_digit(struct media *media, uint32_t term, char digit, bool out)
{
	struct digit_note note = { .term = term, .digit = digit, .out = out };

	if (!ring_put(media->digits, &note))
		atomic_fetch_add_explicit(&media->load.digits_dropped, 1, memory_order_relaxed);
	media->news = true;
}

/* The next one says more: that one was lost matters to nobody. */
void media_report(struct media *media, const struct report *report)
{
	(void)ring_put(media->reports, report);
	media->news = true;
}
