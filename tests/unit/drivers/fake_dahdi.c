/* The fake kernel: as much of DAHDI's behaviour as the driver depends on (dahdi-base.c 2.11.1). */
#include "tests/unit/drivers/fake_dahdi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <dahdi/user.h>

#include "drivers/dahdi_io.h"

struct fake fake;

enum { CTL_FD = 100000, TIMER_FD, BUFFERS = 32 };

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	for (unsigned s = 0; s < FAKE_SPANS; s++) {
		fake.spans[s].there = true;
		for (unsigned c = 0; c < FAKE_CHANNELS; c++)
			fake.spans[s].channels[c].fd = -1;
	}
}

static struct fake_channel *by_number(int number)
{
	int span = (number - 1) / FAKE_CHANNELS;

	if (number < 1 || span >= FAKE_SPANS || !fake.spans[span].there)
		return NULL;
	return &fake.spans[span].channels[(number - 1) % FAKE_CHANNELS];
}

static struct fake_channel *by_fd(int fd)
{
	for (unsigned s = 0; s < FAKE_SPANS; s++)
		for (unsigned c = 0; c < FAKE_CHANNELS; c++)
			if (fd >= 0 && fake.spans[s].channels[c].fd == fd)
				return &fake.spans[s].channels[c];
	return NULL;
}

static bool is_gone(const struct fake_channel *channel)
{
	return !fake.spans[0].there && channel >= fake.spans[0].channels &&
	       channel < fake.spans[0].channels + FAKE_CHANNELS;
}

void fake_event(struct fake_channel *channel, int event)
{
	if (channel->n_events < 16)
		channel->events[channel->n_events++] = event;
}

void fake_remove(void)
{
	fake.spans[0].there = false;
	for (unsigned c = 0; c < FAKE_CHANNELS; c++)
		fake_event(&fake.spans[0].channels[c], DAHDI_EVENT_REMOVED);
}

static uint8_t next_octet(struct fake_channel *from)
{
	uint8_t octet;

	if (!from->n_to_line) {
		if (from->events_wanted && !from->dry)
			fake_event(from, DAHDI_EVENT_WRITE_UNDERRUN);
		from->dry = true;
		return 0xff;
	}
	from->dry = false;
	octet = from->to_line[0];
	memmove(from->to_line, from->to_line + 1, --from->n_to_line);
	return octet;
}

static void carry(struct fake_channel *from, struct fake_channel *to)
{
	uint8_t octet = next_octet(from);

	if (to->fd < 0 || to->signalling != DAHDI_SIG_CLEAR)
		return;
	if (to->n_from_line < sizeof(to->from_line))
		to->from_line[to->n_from_line++] = octet;
}

void fake_move(unsigned octets)
{
	while (octets--)
		for (unsigned c = 0; c < FAKE_CHANNELS; c++) {
			carry(&fake.spans[0].channels[c], &fake.spans[1].channels[c]);
			carry(&fake.spans[1].channels[c], &fake.spans[0].channels[c]);
		}
}

int dahdi_io_open(const char *node)
{
	if (fake.node_error)
		return -fake.node_error;
	return strcmp(node, "ctl") == 0 ? CTL_FD : TIMER_FD;
}

int dahdi_io_channel(int number)
{
	struct fake_channel *channel = by_number(number);

	if (!channel)
		return -EINVAL;
	if (channel->held || channel->fd >= 0)
		return -EBUSY;
	if (!channel->signalling)
		return -ENXIO;
	channel->fd = eventfd(0, EFD_NONBLOCK);
	channel->n_to_line = channel->n_from_line = channel->n_events = 0;
	channel->events_wanted = false;
	fake.opened++;
	return channel->fd;
}

void dahdi_io_close(int fd)
{
	struct fake_channel *channel = by_fd(fd);

	if (!channel)
		return;
	close(fd);
	channel->fd = -1;
	fake.opened--;
}

bool dahdi_io_wait(int fd, unsigned timeout_ms)
{
	(void)timeout_ms;
	return fd == TIMER_FD && fake.ticks;
}

ssize_t dahdi_io_read(int fd, void *to, size_t len)
{
	struct fake_channel *channel = by_fd(fd);
	size_t n;

	if (!channel || is_gone(channel))
		return channel && channel->n_events ? -ELAST : -ENODEV;
	if (channel->n_events)
		return -ELAST;
	if (channel->signalling != DAHDI_SIG_CLEAR && channel->signalling != DAHDI_SIG_CAS) {
		n = channel->frame_len;
		channel->frame_len = 0;
		memcpy(to, channel->frame, n);
		return n ? (ssize_t)n : -EAGAIN;
	}
	if (channel->n_from_line < (size_t)channel->block)
		return -EAGAIN;
	n = len < (size_t)channel->block ? len : (size_t)channel->block;
	memcpy(to, channel->from_line, n);
	channel->n_from_line -= n;
	memmove(channel->from_line, channel->from_line + n, channel->n_from_line);
	return (ssize_t)n;
}

ssize_t dahdi_io_write(int fd, const void *from, size_t len)
{
	struct fake_channel *channel = by_fd(fd);

	if (!channel || is_gone(channel))
		return -ENODEV;
	if (channel->n_events)
		return -ELAST;
	if (channel->signalling != DAHDI_SIG_CLEAR && channel->signalling != DAHDI_SIG_CAS) {
		memcpy(channel->frame, from, len);
		channel->frame_len = len;
		return (ssize_t)len;
	}
	if (channel->n_to_line + len > (size_t)(channel->block * BUFFERS))
		return -EAGAIN;
	memcpy(channel->to_line + channel->n_to_line, from, len);
	channel->n_to_line += len;
	return (ssize_t)len;
}

static int span_stat(struct dahdi_spaninfo *info)
{
	const struct fake_span *span;
	int number = info->spanno;

	if (number < 1 || number > FAKE_SPANS || !fake.spans[number - 1].there)
		return -EINVAL;
	span = &fake.spans[number - 1];
	info->alarms = span->alarms;
	info->crc4count = span->crc;
	info->syncsrc = span->sync_source;
	info->totalchans = FAKE_CHANNELS;
	info->lineconfig = span->line;
	info->linecompat = -1;
	snprintf(info->location, sizeof(info->location), "PCI Bus 03 Slot 05");
	snprintf(info->name, sizeof(info->name), "TE2/0/%d", number);
	snprintf(info->desc, sizeof(info->desc), "a card of two ports, port %d", number);
	for (unsigned c = 0; c < FAKE_CHANNELS; c++)
		info->numchans += span->channels[c].signalling != 0;
	return 0;
}

static int get_params(struct dahdi_params *params)
{
	const struct fake_channel *channel = by_number(params->channo);

	if (!channel)
		return -EINVAL;
	params->spanno = (params->channo - 1) / FAKE_CHANNELS + 1;
	params->chanpos = (params->channo - 1) % FAKE_CHANNELS + 1;
	params->sigtype = channel->signalling;
	return 0;
}

static int on_ctl(unsigned long request, void *argument)
{
	struct dahdi_lineconfig *line = argument;
	struct dahdi_chanconfig *config = argument;

	switch (request) {
	case DAHDI_SPANSTAT:
		return span_stat(argument);
	case DAHDI_GET_PARAMS:
		return get_params(argument);
	case DAHDI_SPANCONFIG:
		fake.line_requests++;
		fake.spans[line->span - 1].line = line->lineconfig;
		fake.spans[line->span - 1].sync = line->sync;
		return 0;
	case DAHDI_CHANCONFIG:
		fake.channel_requests++;
		by_number(config->chan)->signalling = config->sigtype;
		return 0;
	case DAHDI_STARTUP:
		fake.spans[*(int *)argument - 1].started = true;
		return 0;
	case DAHDI_ATTACH_ECHOCAN:
	case DAHDI_MAINT:
		return 0;
	default:
		return -ENOTTY;
	}
}

static int get_event(struct fake_channel *channel, int *event)
{
	*event = DAHDI_EVENT_NONE;
	if (!channel->n_events)
		return is_gone(channel) ? -ENODEV : 0;
	*event = channel->events[0];
	memmove(channel->events, channel->events + 1, --channel->n_events * sizeof(int));
	return 0;
}

static int on_channel(struct fake_channel *channel, unsigned long request, void *argument)
{
	int value = *(int *)argument;

	switch (request) {
	case DAHDI_SET_BUFINFO:
		channel->block = ((struct dahdi_bufferinfo *)argument)->bufsize;
		return 0;
	case DAHDI_SETLAW:
		return 0;
	case DAHDI_AUDIOMODE:
		channel->audio = value;
		return 0;
	case DAHDI_ECHOCANCEL:
		channel->taps = value;
		return channel->audio ? 0 : -EINVAL;
	case DAHDI_SETGAINS:
		fake.gains = true;
		return channel->audio ? 0 : -EINVAL;
	case DAHDI_BUFFER_EVENTS:
		channel->events_wanted = true;
		return 0;
	case DAHDI_FLUSH:
		channel->n_to_line = channel->n_from_line = channel->n_events = 0;
		return 0;
	case DAHDI_GETEVENT:
		return get_event(channel, argument);
	case DAHDI_GETRXBITS:
		*(int *)argument = channel->bits;
		return 0;
	case DAHDI_SETTXBITS:
		channel->bits = value;
		return 0;
	default:
		return -ENOTTY;
	}
}

int dahdi_io_ctl(int fd, unsigned long request, void *argument)
{
	struct fake_channel *channel = by_fd(fd);

	if (fake.refused_error && request == fake.refused)
		return -fake.refused_error;
	if (fd == CTL_FD)
		return on_ctl(request, argument);
	if (fd == TIMER_FD) {
		if (request == DAHDI_TIMERACK)
			fake.ticks -= (unsigned)*(int *)argument;
		return 0;
	}
	return channel ? on_channel(channel, request, argument) : -EBADF;
}

const char *dahdi_io_advice(int error)
{
	(void)error;
	return "advice";
}
