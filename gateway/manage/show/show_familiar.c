/* Status in the look that users of other gateways know, under the names that they try first. */
#include <stdio.h>
#include <string.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "pstn/trunk.h"

struct mask_walk {
	const char *trunk;
	uint32_t free; /* bit t-1: timeslot t is idle */
};

static bool add_free(void *data, const struct channel_status *channel)
{
	struct mask_walk *walk = data;
	const char *slash = strrchr(channel->name, '/');
	unsigned timeslot = slash ? strtoul(slash + 1, NULL, 10) : 0;

	if (strcmp(channel->trunk, walk->trunk) == 0 && strcmp(channel->state, "idle") == 0 &&
	    timeslot >= 1 && timeslot <= 32)
		walk->free |= 1u << (timeslot - 1);
	return true;
}

static bool isdn_out(void *data, const struct trunk_status *trunk)
{
	struct vty *vty = data;
	struct mask_walk walk = { .trunk = trunk->name };
	bool up = strcmp(trunk->layer2, "up") == 0;

	if (strcmp(trunk->protocol, "isdn") != 0)
		return true;
	channels_each(cli_gateway()->trunks, add_free, &walk);
	vty_out(vty, "ISDN trunk %s, span %s, D channel %s%s", trunk->name, trunk->span,
		trunk->d_channel, VTY_NEWLINE);
	vty_out(vty, "        switchtype = %s, %s side%s", trunk->variant, trunk->side,
		VTY_NEWLINE);
	vty_out(vty, "    Layer 1 Status:%s        %s%s", VTY_NEWLINE,
		trunk->span_ok ? "ACTIVE" : "DEACTIVATED", VTY_NEWLINE);
	vty_out(vty, "    Layer 2 Status:%s        TEI = 0, SAPI = 0, State = %s%s", VTY_NEWLINE,
		up ? "MULTIPLE_FRAME_ESTABLISHED" : "AWAITING_ESTABLISHMENT", VTY_NEWLINE);
	vty_out(vty, "    Layer 3 Status:%s        %u Active Layer 3 Call(s)%s", VTY_NEWLINE,
		trunk->busy, VTY_NEWLINE);
	vty_out(vty, "    The Free Channel Mask:  0x%08X%s", walk.free, VTY_NEWLINE);
	return true;
}

DEFUN(show_isdn_status, show_isdn_status_cmd, "show isdn status",
      SHOW_STR "ISDN trunks\nLayers 1, 2 and 3 of each\n")
{
	if (!cli_gateway())
		return CMD_WARNING;
	trunks_each(cli_gateway()->trunks, isdn_out, vty);
	return CMD_SUCCESS;
}

static void controller_out(struct vty *vty, const struct tdm_span *span)
{
	struct tdm_counters counters;

	tdm_counters_read(span, &counters);
	vty_out(vty, "E1 %s is %s.%s", span->name, span->alarms ? "down" : "up", VTY_NEWLINE);
	vty_out(vty, "  Driver is %s, %u timeslots, %s%s", span->driver->name, span->timeslots,
		law_name(span->law), VTY_NEWLINE);
	if (span->alarms & TDM_ALARM_RED)
		vty_out(vty, "  Receiver has loss of signal.%s", VTY_NEWLINE);
	if (span->alarms & TDM_ALARM_YELLOW)
		vty_out(vty, "  Receiver has remote alarm.%s", VTY_NEWLINE);
	if (span->alarms & TDM_ALARM_BLUE)
		vty_out(vty, "  Receiver is getting AIS.%s", VTY_NEWLINE);
	if (!span->alarms)
		vty_out(vty, "  No alarms detected.%s", VTY_NEWLINE);
	vty_out(vty, "  Since it was opened: %llu s of frames, %llu slips%s",
		(unsigned long long)counters.ticks * TICK_MS / 1000,
		(unsigned long long)counters.slips, VTY_NEWLINE);
	vty_out(vty, "  D channel: %llu frames in, %llu out, %llu in error, %llu dropped%s",
		(unsigned long long)counters.hdlc_rx_frames,
		(unsigned long long)counters.hdlc_tx_frames,
		(unsigned long long)counters.hdlc_rx_errors,
		(unsigned long long)counters.hdlc_dropped, VTY_NEWLINE);
}

DEFUN(show_controllers_e1, show_controllers_e1_cmd, "show controllers e1",
      SHOW_STR "Spans as controllers\nThe E1s\n")
{
	for (unsigned i = 0; i < tdm_count(); i++)
		if (tdm_by_index(i) && tdm_by_index(i)->timeslots > 24)
			controller_out(vty, tdm_by_index(i));
	return CMD_SUCCESS;
}

/* OK, RED, YEL/RED ... as `dahdi show status` has them. */
static const char *dahdi_alarms(unsigned alarms)
{
	static char text[16];

	if (!alarms)
		return "OK";
	snprintf(text, sizeof(text), "%s%s%s", alarms & TDM_ALARM_BLUE ? "BLU/" : "",
		 alarms & TDM_ALARM_YELLOW ? "YEL/" : "", alarms & TDM_ALARM_RED ? "RED/" : "");
	text[strlen(text) - 1] = '\0';
	return text;
}

static void dahdi_line_out(struct vty *vty, const struct tdm_span *span)
{
	const struct span_config *config =
		spans_config_find(config_get(cli_gateway()->running, &spans_section), span->name);
	struct tdm_counters counters;
	char about[48];

	snprintf(about, sizeof(about), "%s (%s%s%s)", span->name, span->driver->name,
		 config && config->far_end[0] ? " to " : "", config ? config->far_end : "");
	tdm_counters_read(span, &counters);
	/* Line coding, code violations and build-out belong to cards. */
	vty_out(vty, "%-40.40s %-7.7s %-6llu %-6s %-6s %-3.3s %-4.4s %-8s %s%s", about,
		dahdi_alarms(span->alarms), (unsigned long long)counters.slips, "-", "-", "CCS",
		"-", "", "-", VTY_NEWLINE);
}

DEFUN(show_dahdi_status, show_dahdi_status_cmd, "show dahdi status",
      SHOW_STR "Spans\nAlarms and errors, a line each\n")
{
	if (!cli_gateway())
		return CMD_WARNING;
	vty_out(vty, "%-40.40s %-7.7s %-6.6s %-6.6s %-6.6s %-3.3s %-4.4s %-8.8s %s%s",
		"Description", "Alarms", "Slips", "bpviol", "CRC", "Fra", "Codi", "Options", "LBO",
		VTY_NEWLINE);
	for (unsigned i = 0; i < tdm_count(); i++)
		if (tdm_by_index(i))
			dahdi_line_out(vty, tdm_by_index(i));
	return CMD_SUCCESS;
}

void show_familiar_install(void)
{
	cli_install(&show_isdn_status_cmd);
	cli_install(&show_controllers_e1_cmd);
	cli_install(&show_dahdi_status_cmd);
}
