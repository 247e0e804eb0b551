/* SPANCONFIG, CHANCONFIG, STARTUP, dynamic spans and tone zones: what dahdi_cfg does from system.conf, from our
 * own configuration. */
#include "drivers/dahdi_setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <dahdi/tonezone.h>
#include <dahdi/user.h>

#include <osmocom/core/utils.h>

#include "base/log.h"
#include "drivers/dahdi_io.h"
#include "drivers/span_config.h"

enum {
	/* Line configuration that the kernel compares with what the card can do. */
	LINE_MASK = DAHDI_CONFIG_D4 | DAHDI_CONFIG_ESF | DAHDI_CONFIG_AMI | DAHDI_CONFIG_B8ZS |
		    DAHDI_CONFIG_CCS | DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_CRC4 | DAHDI_CONFIG_NTTE |
		    DAHDI_CONFIG_TERM,
	CAS_IDLE =
		0xd, /* 1101: idle of R2 (Q.421), on-hook of the other kinds' far ends is theirs */
	CAS_TIMESLOT = 16,
};

int dahdi_complain(struct dahdi_complaint *last, const char *who, const char *asked, int error)
{
	if (last->error == error && strcmp(last->asked, asked) == 0)
		return error;
	last->error = error;
	osmo_strlcpy(last->asked, asked, sizeof(last->asked));
	LOGP(DTDM, LOGL_ERROR, "%s: %s: %s; %s\n", who, asked, strerror(-error),
	     dahdi_io_advice(-error));
	return error;
}

static int complain(const struct dahdi_setup *setup, const char *asked, int error)
{
	return dahdi_complain(setup->complaint, setup->config->name, asked, error);
}

static int complain_timeslot(const struct dahdi_setup *setup, unsigned timeslot, const char *asked,
			     int error)
{
	char who[TDM_NAME_MAX + 8];

	snprintf(who, sizeof(who), "%s/%u", setup->config->name, timeslot);
	return dahdi_complain(setup->complaint, who, asked, error);
}

/* Where the span is. */

static bool read_span(int ctl, int number, struct dahdi_spaninfo *info)
{
	memset(info, 0, sizeof(*info));
	info->spanno = number;
	return dahdi_io_ctl(ctl, DAHDI_SPANSTAT, info) == 0;
}

/* The kernel cuts the name to what fits its field; the description has more of it. */
static bool is_dynamic(const struct dahdi_spaninfo *info, const struct dahdi_config *config)
{
	char name[sizeof(info->name)], desc[sizeof(info->desc)];
	char whole[128];

	snprintf(whole, sizeof(whole), "DYN/%s/%s", config->link, config->address);
	osmo_strlcpy(name, whole, sizeof(name));
	snprintf(whole, sizeof(whole), "Dynamic '%s' span at '%s'", config->link, config->address);
	osmo_strlcpy(desc, whole, sizeof(desc));
	return strncmp(info->name, name, sizeof(name)) == 0 &&
	       strncmp(info->desc, desc, sizeof(desc)) == 0;
}

/* The first, by number, that is the wanted one; 0: none. */
static int search(int ctl, const struct dahdi_config *config)
{
	unsigned port = 0;

	for (int number = 1; number <= DAHDI_MAX_SPANS; number++) {
		struct dahdi_spaninfo info;

		if (!read_span(ctl, number, &info))
			continue;
		if (config->where == DAHDI_DYNAMIC && is_dynamic(&info, config))
			return number;
		if (config->where == DAHDI_BY_PORT &&
		    strncmp(info.location, config->location, sizeof(info.location)) == 0 &&
		    ++port == config->number)
			return number;
		if (config->where == DAHDI_BY_NUMBER && config->number == (unsigned)number)
			return number;
	}
	return 0;
}

static int make_dynamic(const struct dahdi_setup *setup, struct dahdi_place *place)
{
	const struct dahdi_config *config = &setup->config->dahdi;
	struct dahdi_dynamic_span span = { .numchans = (int)span_timeslots(setup->config->type),
					   .timing = (int)config->clock_priority };
	int rc;

	osmo_strlcpy(span.driver, config->link, sizeof(span.driver));
	osmo_strlcpy(span.addr, config->address, sizeof(span.addr));
	rc = dahdi_io_ctl(setup->ctl, DAHDI_DYNAMIC_CREATE, &span);
	if (rc < 0)
		return complain(setup, "the dynamic span cannot be made (DAHDI_DYNAMIC_CREATE)",
				rc == -EINVAL || rc == -ENOSYS ? -ENOENT : rc);
	place->made = true;
	place->span = search(setup->ctl, config);
	return place->span ? 0
			   : complain(setup, "the dynamic span got no number (auto_assign_spans)",
				      -EEXIST);
}

static int find(const struct dahdi_setup *setup, struct dahdi_place *place)
{
	place->span = search(setup->ctl, &setup->config->dahdi);
	if (place->span)
		return 0;
	if (setup->config->dahdi.where == DAHDI_DYNAMIC)
		return make_dynamic(setup, place);
	return complain(setup, "the span is not there", -ENODEV);
}

static int read_channel(int ctl, int channel, struct dahdi_params *params)
{
	memset(params, 0, sizeof(*params));
	params->channo = channel;
	return dahdi_io_ctl(ctl, DAHDI_GET_PARAMS, params);
}

static int find_channels(const struct dahdi_setup *setup, struct dahdi_place *place,
			 const struct dahdi_spaninfo *info)
{
	const int wanted = (int)span_timeslots(setup->config->type);
	struct dahdi_params params;

	if (info->totalchans != wanted) {
		char text[48];

		snprintf(text, sizeof(text), "it has %d channels, its type wants %d",
			 info->totalchans, wanted);
		return complain(setup, text, -EINVAL);
	}
	for (int channel = 1; channel <= DAHDI_MAX_CHANNELS; channel++) {
		if (read_channel(setup->ctl, channel, &params) == 0 &&
		    params.spanno == place->span && params.chanpos == 1) {
			place->base_channel = channel;
			return 0;
		}
	}
	return complain(setup, "its channels cannot be found (DAHDI_GET_PARAMS)", -ENODEV);
}

/* The line. */

static int framing_bits(const struct span_config *config)
{
	static const int bits[] = {
		[DAHDI_FRAMING_CCS] = DAHDI_CONFIG_CCS,
		[DAHDI_FRAMING_CAS] = 0, /* on an E1, the absence of the other */
		[DAHDI_FRAMING_ESF] = DAHDI_CONFIG_ESF,
		[DAHDI_FRAMING_D4] = DAHDI_CONFIG_D4,
	};

	if (config->dahdi.framing != DAHDI_FRAMING_DEFAULT)
		return bits[config->dahdi.framing];
	return config->type == SPAN_T1 ? DAHDI_CONFIG_ESF : DAHDI_CONFIG_CCS;
}

static int coding_bits(const struct span_config *config)
{
	static const int bits[] = {
		[DAHDI_CODING_HDB3] = DAHDI_CONFIG_HDB3,
		[DAHDI_CODING_B8ZS] = DAHDI_CONFIG_B8ZS,
		[DAHDI_CODING_AMI] = DAHDI_CONFIG_AMI,
	};

	if (config->dahdi.coding != DAHDI_CODING_DEFAULT)
		return bits[config->dahdi.coding];
	if (config->type == SPAN_BRI)
		return DAHDI_CONFIG_AMI;
	return config->type == SPAN_T1 ? DAHDI_CONFIG_B8ZS : DAHDI_CONFIG_HDB3;
}

static int line_bits(const struct span_config *config)
{
	int bits = framing_bits(config) | coding_bits(config);

	if (config->dahdi.crc4)
		bits |= DAHDI_CONFIG_CRC4;
	if (config->dahdi.network_side)
		bits |= DAHDI_CONFIG_NTTE;
	if (config->dahdi.terminated)
		bits |= DAHDI_CONFIG_TERM;
	return bits;
}

/* Whether the configuration says anything about the line. */
static bool line_given(const struct dahdi_config *config)
{
	return config->framing != DAHDI_FRAMING_DEFAULT || config->coding != DAHDI_CODING_DEFAULT ||
	       config->crc4 || config->line_build_out || config->network_side ||
	       config->terminated || (config->clock_priority && config->where != DAHDI_DYNAMIC);
}

/* The priority as clock source cannot be read back: a line that has one is always configured. */
static bool line_is_right(const struct span_config *config, const struct dahdi_spaninfo *info)
{
	if (!info->numchans)
		return false;
	if (!line_given(&config->dahdi))
		return true;
	return !config->dahdi.clock_priority && info->lbo == (int)config->dahdi.line_build_out &&
	       (info->lineconfig & LINE_MASK) == line_bits(config);
}

static int configure_line(const struct dahdi_setup *setup, const struct dahdi_place *place,
			  const struct dahdi_spaninfo *info)
{
	const struct dahdi_config *config = &setup->config->dahdi;
	struct dahdi_lineconfig line = { .span = place->span,
					 .lbo = (int)config->line_build_out,
					 .lineconfig = line_bits(setup->config),
					 .sync = (int)config->clock_priority };
	int rc;

	if (line_is_right(setup->config, info))
		return 0;
	rc = dahdi_io_ctl(setup->ctl, DAHDI_SPANCONFIG, &line);
	return rc < 0 ? complain(setup, "framing, coding or clock are refused (DAHDI_SPANCONFIG)",
				 rc)
		      : 0;
}

/* The channels. */

static int signalling(const struct dahdi_setup *setup, unsigned timeslot)
{
	const struct span_config *config = setup->config;

	if (setup->hdlc >> timeslot & 1)
		return config->dahdi.hardhdlc ? DAHDI_SIG_HARDHDLC : DAHDI_SIG_HDLCFCS;
	return config->dahdi.framing == DAHDI_FRAMING_CAS ? DAHDI_SIG_CAS : DAHDI_SIG_CLEAR;
}

/* On an E1 with CAS timeslot 16 carries everyone's bits and is the card's (G.704 5.1.3.2). */
static bool is_the_cards(const struct span_config *config, unsigned timeslot)
{
	return config->type == SPAN_E1 && config->dahdi.framing == DAHDI_FRAMING_CAS &&
	       timeslot == CAS_TIMESLOT;
}

/* Speech without it is better than none. The kernel lets one be switched on that is not there: we have to know. */
static void attach_canceller(const struct dahdi_setup *setup, struct dahdi_place *place,
			     unsigned timeslot)
{
	const char *name = setup->config->dahdi.echo_canceller;
	struct dahdi_attach_echocan attach = { .chan = place->base_channel + (int)timeslot - 1 };
	int rc;

	if (!name[0] || (setup->hdlc | place->cancels) >> timeslot & 1)
		return;
	osmo_strlcpy(attach.echocan, strcmp(name, "hardware") == 0 ? "hwec" : name,
		     sizeof(attach.echocan));
	rc = dahdi_io_ctl(setup->ctl, DAHDI_ATTACH_ECHOCAN, &attach);
	if (rc == 0)
		place->cancels |= 1U << timeslot;
	else
		complain_timeslot(setup, timeslot,
				  "no such echo canceller; modprobe dahdi_echocan_NAME "
				  "(DAHDI_ATTACH_ECHOCAN)",
				  rc);
}

/* The kernel reconfigures a channel even under a program that has it open; we do not. */
static int check_free(const struct dahdi_setup *setup, int channel, unsigned timeslot)
{
	int fd = dahdi_io_channel(channel);

	if (fd == -EBUSY)
		return complain_timeslot(setup, timeslot,
					 "the channel is not to be reconfigured now", fd);
	dahdi_io_close(fd);
	return 0;
}

static int configure_channel(const struct dahdi_setup *setup, int channel, unsigned timeslot)
{
	struct dahdi_chanconfig config = { .chan = channel,
					   .sigtype = signalling(setup, timeslot),
					   .idlebits = CAS_IDLE };
	struct dahdi_params params;
	int rc = read_channel(setup->ctl, channel, &params);

	config.deflaw = setup->config->law == LAW_ALAW ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW;
	if (rc < 0)
		return complain_timeslot(setup, timeslot, "there is no channel (DAHDI_GET_PARAMS)",
					 rc);
	if (params.sigtype == config.sigtype)
		return 0;
	rc = params.sigtype ? check_free(setup, channel, timeslot) : 0;
	if (rc < 0)
		return rc;
	rc = dahdi_io_ctl(setup->ctl, DAHDI_CHANCONFIG, &config);
	return rc < 0 ? complain_timeslot(setup, timeslot,
					  config.sigtype == DAHDI_SIG_HARDHDLC
						  ? "hardhdlc is refused (DAHDI_CHANCONFIG)"
						  : "signalling is refused (DAHDI_CHANCONFIG)",
					  rc)
		      : 0;
}

int dahdi_setup_channel(const struct dahdi_setup *setup, struct dahdi_place *place,
			unsigned timeslot)
{
	int rc;

	if (is_the_cards(setup->config, timeslot))
		return 0;
	rc = configure_channel(setup, place->base_channel + (int)timeslot - 1, timeslot);
	if (rc == 0)
		attach_canceller(setup, place, timeslot);
	return rc;
}

/* Set up as a D channel by another program, and maybe ours: it is looked at again when that is known. */
static bool may_be_d(const struct dahdi_setup *setup, const struct dahdi_place *place,
		     unsigned timeslot)
{
	struct dahdi_params params;

	return !(setup->hdlc >> timeslot & 1) &&
	       read_channel(setup->ctl, place->base_channel + (int)timeslot - 1, &params) == 0 &&
	       (params.sigtype == DAHDI_SIG_HDLCFCS || params.sigtype == DAHDI_SIG_HARDHDLC);
}

static int start(const struct dahdi_setup *setup, const struct dahdi_place *place)
{
	int number = place->span;
	int rc = dahdi_io_ctl(setup->ctl, DAHDI_STARTUP, &number);

	return rc < 0 ? complain(setup, "the span does not start (DAHDI_STARTUP)", rc) : 0;
}

/* Sound needs none: a zone that cannot be had is told and done without. */
static void load_zone(const struct dahdi_setup *setup)
{
	char *name = (char *)setup->config->dahdi.tone_zone; /* the library only reads it */
	const struct tone_zone *zone = name[0] ? tone_zone_find(name) : NULL;
	int number;
	int rc;

	if (!zone)
		return;
	number = zone->zone;
	rc = tone_zone_register(setup->ctl, name) < 0 && errno != EBUSY ? -errno : 0;
	if (rc == 0)
		rc = dahdi_io_ctl(setup->ctl, DAHDI_DEFAULTZONE, &number);
	if (rc < 0)
		complain(setup, "the tone zone cannot be loaded (DAHDI_LOADZONE)", rc);
}

static int prepare(const struct dahdi_setup *setup, struct dahdi_place *place)
{
	struct dahdi_spaninfo info;
	int rc;

	if (!read_span(setup->ctl, place->span, &info))
		return complain(setup, "the span is not there", -ENODEV);
	load_zone(setup);
	rc = find_channels(setup, place, &info);
	if (rc == 0)
		rc = configure_line(setup, place, &info);
	for (unsigned i = 1; rc == 0 && i <= span_timeslots(setup->config->type); i++)
		rc = may_be_d(setup, place, i) ? 0 : dahdi_setup_channel(setup, place, i);
	if (rc == 0)
		rc = start(setup, place);
	return rc;
}

int dahdi_setup_span(const struct dahdi_setup *setup, struct dahdi_place *out)
{
	struct dahdi_place place = { .made = out->made };
	int rc;

	rc = find(setup, &place);
	if (rc == 0)
		rc = prepare(setup, &place);
	out->made = place.made;
	if (rc < 0)
		return rc;
	*out = place;
	setup->complaint->error = 0;
	return 0;
}

void dahdi_setup_undo(const struct dahdi_setup *setup, struct dahdi_place *place)
{
	struct dahdi_dynamic_span span = { 0 };
	int rc;

	if (!place->made)
		return;
	osmo_strlcpy(span.driver, setup->config->dahdi.link, sizeof(span.driver));
	osmo_strlcpy(span.addr, setup->config->dahdi.address, sizeof(span.addr));
	rc = dahdi_io_ctl(setup->ctl, DAHDI_DYNAMIC_DESTROY, &span);
	if (rc < 0)
		complain(setup, "the dynamic span cannot be taken away (DAHDI_DYNAMIC_DESTROY)",
			 rc);
	place->made = false;
}
