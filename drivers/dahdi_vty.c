/* The configuration of a span on a DAHDI card; most words are those of system.conf:
 *
 *   span e1-1
 *    driver dahdi
 *    dahdi span 1                         or: dahdi port 1 location PCI Bus 03 Slot 05
 *    type e1                              or: dahdi dynamic loc 1:0
 *    framing ccs
 *    coding hdb3
 *    crc4
 *    clock-priority 1
 */
#include "drivers/dahdi_vty.h"

#include <stdlib.h>
#include <string.h>

#include <dahdi/tonezone.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"

static const struct value_string framings[] = {
	{ DAHDI_FRAMING_CCS, "ccs" },
	{ DAHDI_FRAMING_CAS, "cas" },
	{ DAHDI_FRAMING_ESF, "esf" },
	{ DAHDI_FRAMING_D4, "d4" },
	{ 0, NULL },
};

static const struct value_string codings[] = {
	{ DAHDI_CODING_HDB3, "hdb3" },
	{ DAHDI_CODING_B8ZS, "b8zs" },
	{ DAHDI_CODING_AMI, "ami" },
	{ 0, NULL },
};

static struct dahdi_config *here(struct vty *vty)
{
	return &((struct span_config *)vty->index)->dahdi;
}

#define DAHDI_STR                                                                                  \
	"Which span of the machine's DAHDI cards this is; crosspoint --detect lists them\n"

DEFUN(dahdi_span, dahdi_span_cmd, "dahdi span <1-128>",
      DAHDI_STR "By the kernel's number\n"
		"As in /proc/dahdi\n")
{
	here(vty)->where = DAHDI_BY_NUMBER;
	here(vty)->number = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(dahdi_port, dahdi_port_cmd, "dahdi port <1-128> location .TEXT",
      DAHDI_STR "By the card's port, whatever the kernel's number\n"
		"From 1\n"
		"Where the card is\n"
		"As crosspoint --detect tells it\n")
{
	char *location = argv_concat(argv, argc, 1);
	int rc = CMD_WARNING;

	if (location)
		rc = config_set_text(vty, "location", location, here(vty)->location,
				     sizeof(here(vty)->location));
	talloc_free(location);
	if (rc == CMD_SUCCESS) {
		here(vty)->where = DAHDI_BY_PORT;
		here(vty)->number = (unsigned)atoi(argv[0]);
	}
	return rc;
}

DEFUN(dahdi_dynamic, dahdi_dynamic_cmd, "dahdi dynamic LINK ADDRESS",
      DAHDI_STR "One that is made when it is opened: no card\n"
		"loc: a cable within the machine; eth: TDM over Ethernet\n"
		"loc: KEY:0 and KEY:1 are the ends of one cable; eth: INTERFACE/MAC/NUMBER\n")
{
	int rc = config_set_text(vty, "dynamic", argv[0], here(vty)->link, sizeof(here(vty)->link));

	if (rc == CMD_SUCCESS)
		rc = config_set_text(vty, "dynamic address", argv[1], here(vty)->address,
				     sizeof(here(vty)->address));
	if (rc == CMD_SUCCESS)
		here(vty)->where = DAHDI_DYNAMIC;
	return rc;
}

DEFUN(span_framing, span_framing_cmd, "framing (ccs|cas|esf|d4)",
      "How the line is framed\n"
      "E1 or BRI with a D channel; the default there\n"
      "E1 with signalling bits in timeslot 16\n"
      "T1 with the extended superframe; the default there\n"
      "T1 with the superframe\n")
{
	here(vty)->framing = get_string_value(framings, argv[0]);
	return CMD_SUCCESS;
}

DEFUN(span_coding, span_coding_cmd, "coding (hdb3|b8zs|ami)",
      "The code of the line\n"
      "The default of an E1\n"
      "The default of a T1\n"
      "The default of a BRI\n")
{
	here(vty)->coding = get_string_value(codings, argv[0]);
	return CMD_SUCCESS;
}

#define CRC4_STR "Check the E1's frames by the CRC-4 procedure (G.706); by default not\n"

DEFUN(span_crc4, span_crc4_cmd, "crc4", CRC4_STR)
{
	here(vty)->crc4 = true;
	return CMD_SUCCESS;
}

DEFUN(span_no_crc4, span_no_crc4_cmd, "no crc4", NO_STR CRC4_STR)
{
	here(vty)->crc4 = false;
	return CMD_SUCCESS;
}

DEFUN(span_build_out, span_build_out_cmd, "line-build-out <0-7>",
      "The length of the cable to the network; 0 by default\n"
      "0: up to 40 m; 1 to 4: up to 81, 122, 162, 200 m; 5 to 7: -7.5, -15, -22.5 dB\n")
{
	here(vty)->line_build_out = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(span_clock_priority, span_clock_priority_cmd, "clock-priority <0-255>",
      "As a source of the card's clock; 0 by default\n"
      "1: the first choice; 0: none, the far end follows us\n")
{
	here(vty)->clock_priority = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(span_tone_zone, span_tone_zone_cmd, "tone-zone COUNTRY",
      "The country whose tones and ringing the card makes; by default none is loaded\n"
      "Two letters, as us or de\n")
{
	return config_set_text(vty, "tone-zone", argv[0], here(vty)->tone_zone,
			       sizeof(here(vty)->tone_zone));
}

DEFUN(span_block, span_block_cmd, "block (20|40|80|160)",
      "How much sound passes between card and gateway at a time: less delay, or less work\n"
      "2.5 ms\n"
      "5 ms; the default\n"
      "10 ms\n"
      "20 ms\n")
{
	here(vty)->block = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(span_echo_canceller, span_echo_canceller_cmd, "echo-canceller NAME",
      "Let DAHDI cancel the line's echo, for speech\n"
      "hardware: that of the card; or one of the kernel's, as mg2; none: none, the default\n")
{
	const char *name = strcmp(argv[0], "none") == 0 ? "" : argv[0];

	return config_set_text(vty, "echo-canceller", name, here(vty)->echo_canceller,
			       sizeof(here(vty)->echo_canceller));
}

#define HARDHDLC_STR "Let the card do the D channels' HDLC; by default the kernel does\n"

DEFUN(span_hardhdlc, span_hardhdlc_cmd, "hardhdlc", HARDHDLC_STR)
{
	here(vty)->hardhdlc = true;
	return CMD_SUCCESS;
}

DEFUN(span_no_hardhdlc, span_no_hardhdlc_cmd, "no hardhdlc", NO_STR HARDHDLC_STR)
{
	here(vty)->hardhdlc = false;
	return CMD_SUCCESS;
}

DEFUN(span_rx_gain, span_rx_gain_cmd, "rx-gain <-24-24>",
      "Loudness of speech from the line; 0 dB by default\n"
      "dB\n")
{
	here(vty)->rx_gain = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(span_tx_gain, span_tx_gain_cmd, "tx-gain <-24-24>",
      "Loudness of speech to the line; 0 dB by default\n"
      "dB\n")
{
	here(vty)->tx_gain = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(span_side, span_side_cmd, "bri-side (nt|te)",
      "Which end of a BRI's line the card is\n"
      "The network's\n"
      "The subscriber's; the default\n")
{
	here(vty)->network_side = strcmp(argv[0], "nt") == 0;
	return CMD_SUCCESS;
}

#define TERMINATION_STR "A BRI's line ends here: the card puts 100 ohm to it; by default not\n"

DEFUN(span_termination, span_termination_cmd, "termination", TERMINATION_STR)
{
	here(vty)->terminated = true;
	return CMD_SUCCESS;
}

DEFUN(span_no_termination, span_no_termination_cmd, "no termination", NO_STR TERMINATION_STR)
{
	here(vty)->terminated = false;
	return CMD_SUCCESS;
}

void dahdi_vty_install(void)
{
	static struct cmd_element *const commands[] = {
		&dahdi_span_cmd,          &dahdi_port_cmd,       &dahdi_dynamic_cmd,
		&span_framing_cmd,        &span_coding_cmd,      &span_crc4_cmd,
		&span_no_crc4_cmd,        &span_build_out_cmd,   &span_clock_priority_cmd,
		&span_tone_zone_cmd,      &span_block_cmd,       &span_echo_canceller_cmd,
		&span_hardhdlc_cmd,       &span_no_hardhdlc_cmd, &span_rx_gain_cmd,
		&span_tx_gain_cmd,        &span_side_cmd,        &span_termination_cmd,
		&span_no_termination_cmd,
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		install_element(NODE_SPAN, commands[i]);
}

void dahdi_vty_init(struct span_config *span)
{
	span->dahdi.block = DAHDI_BLOCK_DEFAULT;
}

static bool framing_fits(const struct span_config *span)
{
	switch (span->dahdi.framing) {
	case DAHDI_FRAMING_DEFAULT:
		return true;
	case DAHDI_FRAMING_CCS:
		return span->type != SPAN_T1;
	case DAHDI_FRAMING_CAS:
		return span->type == SPAN_E1;
	case DAHDI_FRAMING_ESF:
	case DAHDI_FRAMING_D4:
		return span->type == SPAN_T1;
	}
	return false;
}

/* What the type of line cannot have. */
static void validate_line(const struct span_config *span, struct config_report *report)
{
	const struct dahdi_config *dahdi = &span->dahdi;
	const bool t1 = span->type == SPAN_T1;

	if (!framing_fits(span))
		config_fault_option(report, span->line, "framing",
				    "span %s: framing %s is not that of its type; %s", span->name,
				    get_value_string(framings, dahdi->framing),
				    t1 ? "a t1 has esf or d4" : "an e1 has ccs or cas, a bri ccs");
	if ((dahdi->coding == DAHDI_CODING_HDB3 && span->type != SPAN_E1) ||
	    (dahdi->coding == DAHDI_CODING_B8ZS && !t1))
		config_fault_option(report, span->line, "coding",
				    "span %s: coding %s is not that of its type; hdb3 is an e1's, "
				    "b8zs a t1's, ami any's",
				    span->name, get_value_string(codings, dahdi->coding));
	if (dahdi->crc4 && span->type != SPAN_E1)
		config_fault_option(report, span->line, "crc4",
				    "span %s: crc4 is an e1's; `no crc4` belongs there",
				    span->name);
	if ((dahdi->network_side || dahdi->terminated) && span->type != SPAN_BRI)
		config_fault_option(report, span->line, "bri-side",
				    "span %s: bri-side and termination are a bri's", span->name);
}

void dahdi_vty_validate(const struct span_config *span, struct config_report *report)
{
	const struct dahdi_config *dahdi = &span->dahdi;

	if (dahdi->where == DAHDI_NOWHERE)
		config_fault_option(
			report, span->line, "dahdi",
			"span %s does not say which of DAHDI's it is; `dahdi span 1`, or "
			"what `crosspoint --detect` lists",
			span->name);
	if (dahdi->tone_zone[0] && !tone_zone_find((char *)dahdi->tone_zone))
		config_fault_option(report, span->line, "tone-zone",
				    "span %s: DAHDI knows no tone-zone %s; two letters, as us, uk "
				    "or de",
				    span->name, dahdi->tone_zone);
	if (span->far_end[0])
		config_fault_option(report, span->line, "far-end",
				    "span %s: far-end is for virtual spans; a card's is at the "
				    "end of its cable",
				    span->name);
	validate_line(span, report);
}

static void write_where(const struct dahdi_config *dahdi, struct vty *vty)
{
	if (dahdi->where == DAHDI_BY_NUMBER)
		vty_out(vty, " dahdi span %u\n", dahdi->number);
	if (dahdi->where == DAHDI_BY_PORT)
		vty_out(vty, " dahdi port %u location %s\n", dahdi->number, dahdi->location);
	if (dahdi->where == DAHDI_DYNAMIC)
		vty_out(vty, " dahdi dynamic %s %s\n", dahdi->link, dahdi->address);
}

static void write_line(const struct dahdi_config *dahdi, struct vty *vty)
{
	if (dahdi->framing != DAHDI_FRAMING_DEFAULT)
		vty_out(vty, " framing %s\n", get_value_string(framings, dahdi->framing));
	if (dahdi->coding != DAHDI_CODING_DEFAULT)
		vty_out(vty, " coding %s\n", get_value_string(codings, dahdi->coding));
	if (dahdi->crc4)
		vty_out(vty, " crc4\n");
	if (dahdi->line_build_out)
		vty_out(vty, " line-build-out %u\n", dahdi->line_build_out);
	if (dahdi->clock_priority)
		vty_out(vty, " clock-priority %u\n", dahdi->clock_priority);
	if (dahdi->network_side)
		vty_out(vty, " bri-side nt\n");
	if (dahdi->terminated)
		vty_out(vty, " termination\n");
}

void dahdi_vty_write(const struct span_config *span, struct vty *vty)
{
	const struct dahdi_config *dahdi = &span->dahdi;

	write_where(dahdi, vty);
	write_line(dahdi, vty);
	if (dahdi->tone_zone[0])
		vty_out(vty, " tone-zone %s\n", dahdi->tone_zone);
	if (dahdi->block != DAHDI_BLOCK_DEFAULT)
		vty_out(vty, " block %u\n", dahdi->block);
	if (dahdi->echo_canceller[0])
		vty_out(vty, " echo-canceller %s\n", dahdi->echo_canceller);
	if (dahdi->hardhdlc)
		vty_out(vty, " hardhdlc\n");
	if (dahdi->rx_gain)
		vty_out(vty, " rx-gain %d\n", dahdi->rx_gain);
	if (dahdi->tx_gain)
		vty_out(vty, " tx-gain %d\n", dahdi->tx_gain);
}
