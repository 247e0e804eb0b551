/* Lists the machine's DAHDI spans. Whether a channel is in use is read from sysfs: to try would disturb it. */
#include "drivers/dahdi_detect.h"

#include <errno.h>
#include <string.h>

#include <dahdi/user.h>

#include <osmocom/core/utils.h>

#include "drivers/dahdi_io.h"
#include "drivers/dahdi_status.h"
#include "drivers/tdm.h"

/* The lines that can be driven, by how many channels they have. */
static const struct kind {
	int channels;
	const char *type, *name;
	unsigned d_channel;
	const char *b_channels;
} kinds[] = {
	{ 31, "e1", "E1", 16, "1-15,17-31" },
	{ 24, "t1", "T1", 24, "1-23" },
	{ 3, "bri", "BRI", 3, "1-2" },
};

static const struct kind *kind_of(const struct dahdi_spaninfo *info)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].channels == info->totalchans && info->linecompat)
			return &kinds[i];
	return NULL;
}

static bool in_use(int span, int position)
{
	char path[80];
	FILE *file;
	int used = 0;

	snprintf(path, sizeof(path), "/sys/class/dahdi_channels/dahdi!chan!%03d!%03d/in_use", span,
		 position);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%d", &used) != 1)
		used = 0;
	fclose(file);
	return used != 0;
}

static int count_used(const struct dahdi_spaninfo *info)
{
	int used = 0;

	for (int i = 1; i <= info->totalchans; i++)
		used += in_use(info->spanno, i);
	return used;
}

static void list_span(FILE *out, const struct dahdi_spaninfo *info)
{
	const struct kind *kind = kind_of(info);
	const char *alarms = tdm_alarm_names(dahdi_status_alarms(info->alarms));
	int used = count_used(info);

	fprintf(out, "! Span %d: %s, \"%s\"%s%s\n", info->spanno,
		kind ? kind->name : "analog or other", info->desc, info->location[0] ? " at " : "",
		info->location);
	fprintf(out, "!   %d channels, %d configured, %d in use, %d free; alarms: %s\n",
		info->totalchans, info->numchans, used, info->totalchans - used,
		*alarms ? alarms : "none");
	if (!kind)
		fprintf(out, "!   no line that this gateway drives\n");
}

static void propose(FILE *out, const struct dahdi_spaninfo *info, unsigned port)
{
	const struct kind *kind = kind_of(info);

	if (!kind)
		return;
	fprintf(out, "\nspan %s-%d\n driver dahdi\n", kind->type, info->spanno);
	if (info->location[0])
		fprintf(out, " dahdi port %u location %s\n", port, info->location);
	else
		fprintf(out, " dahdi span %d\n", info->spanno);
	fprintf(out, " type %s\n", kind->type);
	fprintf(out, "\ntrunk pstn-%d\n protocol isdn\n span %s-%d\n d-channel %u\n channels %s\n",
		info->spanno, kind->type, info->spanno, kind->d_channel, kind->b_channels);
	fprintf(out, " side user\n");
}

/* The kernel ends its text, but what is read is not trusted further than its size. */
static bool read_span(int ctl, int number, struct dahdi_spaninfo *info)
{
	memset(info, 0, sizeof(*info));
	info->spanno = number;
	if (dahdi_io_ctl(ctl, DAHDI_SPANSTAT, info) < 0)
		return false;
	info->desc[sizeof(info->desc) - 1] = 0;
	info->location[sizeof(info->location) - 1] = 0;
	return true;
}

static int each_span(int ctl, FILE *out)
{
	struct dahdi_spaninfo spans[DAHDI_MAX_SPANS];
	int n = 0;

	for (int i = 1; i <= DAHDI_MAX_SPANS; i++)
		if (read_span(ctl, i, &spans[n]))
			list_span(out, &spans[n++]);
	for (int i = 0; i < n; i++) {
		unsigned port = 1;

		for (int k = 0; k < i; k++)
			port += strcmp(spans[k].location, spans[i].location) == 0;
		propose(out, &spans[i], port);
	}
	return n;
}

size_t dahdi_detect_lines(struct dahdi_line *lines, size_t n)
{
	struct dahdi_spaninfo info;
	int ctl = dahdi_io_open("ctl");
	size_t found = 0;

	for (int i = 1; ctl >= 0 && i <= DAHDI_MAX_SPANS && found < n; i++) {
		const struct kind *kind = read_span(ctl, i, &info) ? kind_of(&info) : NULL;

		if (!kind)
			continue;
		lines[found].span = i;
		lines[found].type = kind->type;
		lines[found].d_channel = kind->d_channel;
		lines[found].b_channels = kind->b_channels;
		osmo_strlcpy(lines[found++].name, info.desc, sizeof(lines->name));
	}
	if (ctl >= 0)
		dahdi_io_close(ctl);
	return found;
}

int dahdi_detect(FILE *out)
{
	struct dahdi_versioninfo version = { 0 };
	int ctl = dahdi_io_open("ctl");

	if (ctl < 0) {
		fprintf(stderr, "No DAHDI here: /dev/dahdi/ctl: %s; %s.\n", strerror(-ctl),
			dahdi_io_advice(-ctl));
		return ctl;
	}
	dahdi_io_ctl(ctl, DAHDI_GETVERSION, &version);
	fprintf(out, "! DAHDI %.*s. Sections to start from are at the end.\n",
		(int)sizeof(version.version), version.version);
	if (each_span(ctl, out) == 0)
		fprintf(out, "! No span. The module of the card is not loaded (modprobe wct4xxp, "
			     "wcte13xp, "
			     "wcb4xxp ...),\n! or spans are not assigned (modprobe dahdi "
			     "auto_assign_spans=1).\n");
	dahdi_io_close(ctl);
	return 0;
}
