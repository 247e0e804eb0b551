/* A DAHDI span without the gateway: configured, opened, and a pattern sent through it. */
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>

enum {
	LOST_AFTER = 8, /* wrong octets in a row: the pattern has moved */
	OCTETS_PER_MS = 8,
	BUFFERS = 32,
	FRAME_OCTETS = 1024,
};

_Noreturn void line_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(1);
}

static int open_node(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		line_die("%s", path);
	return fd;
}

static int ctl(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open_node("/dev/dahdi/ctl");
	return fd;
}

static void ask(int fd, unsigned long request, void *argument, const char *what)
{
	if (ioctl(fd, request, argument) < 0)
		line_die("%s", what);
}

/* Spans */

static int find_base(int number)
{
	for (int channel = 1; channel <= DAHDI_MAX_CHANNELS; channel++) {
		struct dahdi_params params = { .channo = channel };

		if (ioctl(ctl(), DAHDI_GET_PARAMS, &params) == 0 && params.spanno == number &&
		    params.chanpos == 1)
			return channel;
	}
	return 0;
}

bool line_find(int number, struct line_span *out)
{
	struct dahdi_spaninfo info = { .spanno = number };

	if (ioctl(ctl(), DAHDI_SPANSTAT, &info) < 0)
		return false;
	out->number = number;
	out->channels = info.totalchans;
	out->alarms = info.alarms;
	out->base = find_base(number);
	return out->base;
}

static int find_dynamic(const char *address)
{
	char name[40];

	snprintf(name, sizeof(name), "DYN/loc/%s", address);
	for (int number = 1; number <= DAHDI_MAX_SPANS; number++) {
		struct dahdi_spaninfo info = { .spanno = number };

		if (ioctl(ctl(), DAHDI_SPANSTAT, &info) == 0 &&
		    strncmp(info.name, name, sizeof(info.name)) == 0)
			return number;
	}
	return 0;
}

void line_configure(int channel, bool dchannel)
{
	struct dahdi_chanconfig config = { .chan = channel,
					   .sigtype =
						   dchannel ? DAHDI_SIG_HDLCFCS : DAHDI_SIG_CLEAR };

	ask(ctl(), DAHDI_CHANCONFIG, &config, "DAHDI_CHANCONFIG");
}

void line_start(const struct line_span *span, int dchannel)
{
	const bool e1 = span->channels > 24;
	struct dahdi_lineconfig line = { .span = span->number,
					 .lineconfig = e1 ? DAHDI_CONFIG_CCS | DAHDI_CONFIG_HDB3
							  : DAHDI_CONFIG_ESF | DAHDI_CONFIG_B8ZS };
	int number = span->number;

	ask(ctl(), DAHDI_SPANCONFIG, &line, "DAHDI_SPANCONFIG");
	for (int i = 1; i <= span->channels; i++)
		line_configure(span->base + i - 1, i == dchannel);
	ask(ctl(), DAHDI_STARTUP, &number, "DAHDI_STARTUP");
}

void line_make(const char *address, int channels, struct line_span *out)
{
	struct dahdi_dynamic_span span = { .driver = "loc", .numchans = channels };

	snprintf(span.addr, sizeof(span.addr), "%s", address);
	if (ioctl(ctl(), DAHDI_DYNAMIC_CREATE, &span) < 0 && errno != EEXIST)
		line_die("DAHDI_DYNAMIC_CREATE loc %s", address);
	if (!line_find(find_dynamic(address), out))
		line_die("no span DYN/loc/%s", address);
}

/* Channels */

static int open_channel(int channel, int octets)
{
	struct dahdi_bufferinfo buffers = { .txbufpolicy = DAHDI_POLICY_IMMEDIATE,
					    .rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
					    .numbufs = BUFFERS,
					    .bufsize = octets };
	int fd = open_node("/dev/dahdi/channel");

	if (ioctl(fd, DAHDI_SPECIFY, &channel) < 0)
		line_die("channel %d (DAHDI_SPECIFY)", channel);
	ask(fd, DAHDI_SET_BUFINFO, &buffers, "DAHDI_SET_BUFINFO");
	return fd;
}

int line_open_dchannel(int channel)
{
	return open_channel(channel, FRAME_OCTETS);
}

int line_open_bchannel(int channel)
{
	return open_channel(channel, LINE_BLOCK);
}

int line_event(int fd)
{
	int event = 0;

	ioctl(fd, DAHDI_GETEVENT, &event);
	return event;
}

/* The pattern */

/* x^15 + x^14 + 1 in octets: 8 and 32767 have no common factor, so it repeats after 32767 octets. Any 15 bits of it
 * tell the place. */
static struct {
	uint8_t octets[LINE_PATTERN];
	uint16_t after[1 << 15]; /* the position that follows these last 15 bits */
} prbs;

static void make_pattern(void)
{
	unsigned state = 0x7fff;

	for (unsigned i = 0; i < LINE_PATTERN; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			unsigned next = (state >> 14 ^ state >> 13) & 1;

			state = (state << 1 | next) & 0x7fff;
			prbs.octets[i] = (uint8_t)(prbs.octets[i] << 1 | next);
		}
		prbs.after[state] = (uint16_t)((i + 1) % LINE_PATTERN);
	}
}

static bool put(struct line_pattern *pattern, int fd)
{
	uint8_t block[LINE_BLOCK];
	ssize_t n;

	for (unsigned i = 0; i < LINE_BLOCK; i++)
		block[i] = prbs.octets[(pattern->sent + i) % LINE_PATTERN];
	n = write(fd, block, sizeof(block));
	while (n < 0 && errno == ELAST && line_event(fd))
		n = write(fd, block, sizeof(block));
	if (n > 0)
		pattern->sent += (uint64_t)n;
	return n > 0;
}

void line_pattern_begin(struct line_pattern *pattern, int out)
{
	make_pattern();
	memset(pattern, 0, sizeof(*pattern));
	while (pattern->sent < LINE_RESERVE && put(pattern, out))
		;
}

static bool looks_right(const struct line_pattern *pattern, unsigned at)
{
	for (unsigned i = 0; i < sizeof(pattern->last); i++)
		if (pattern->last[i] != prbs.octets[(at + LINE_PATTERN - 4 + i) % LINE_PATTERN])
			return false;
	return true;
}

static void look_for(struct line_pattern *pattern)
{
	unsigned at = prbs.after[(pattern->last[2] << 8 | pattern->last[3]) & 0x7fff];

	if (!looks_right(pattern, at))
		return;
	pattern->at = at;
	pattern->wrong = 0;
	pattern->found = true;
	if (pattern->known)
		pattern->slips++;
	else
		pattern->delay = (int)((pattern->heard + LINE_PATTERN - at) % LINE_PATTERN);
	pattern->known = true;
}

static void hear(struct line_pattern *pattern, uint8_t octet)
{
	uint8_t difference;

	pattern->heard++;
	memmove(pattern->last, pattern->last + 1, 3);
	pattern->last[3] = octet;
	if (!pattern->found) {
		look_for(pattern);
		return;
	}
	difference = octet ^ prbs.octets[pattern->at];
	pattern->at = (pattern->at + 1) % LINE_PATTERN;
	pattern->compared++;
	pattern->errors += (uint64_t)__builtin_popcount(difference);
	pattern->wrong = difference ? pattern->wrong + 1 : 0;
	if (pattern->wrong >= LOST_AFTER)
		pattern->found = false;
}

void line_pattern_run(struct line_pattern *pattern, int out, int in)
{
	uint8_t block[LINE_BLOCK];

	for (;;) {
		ssize_t n = read(in, block, sizeof(block));

		if (n < 0 && errno == ELAST && line_event(in))
			continue;
		if (n <= 0)
			return;
		for (ssize_t i = 0; i < n; i++)
			hear(pattern, block[i]);
		put(pattern, out);
	}
}

void line_pattern_reset(struct line_pattern *pattern)
{
	pattern->compared = pattern->errors = 0;
	pattern->slips = 0;
}

double line_pattern_delay_ms(const struct line_pattern *pattern)
{
	return (double)pattern->delay / OCTETS_PER_MS;
}
