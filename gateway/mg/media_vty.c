/* The configuration of media:
 *
 *   media
 *    ports 20000 20999
 *    jitter adaptive 20 200 initial 40
 */
#include "mg/mg_config.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "base/law.h"

enum { DSCP_EF = 46 }; /* RFC 3246 */

static void init_value(void *section_value)
{
	struct mg_config *value = section_value;

	value->port_first = 20000;
	value->port_last = 29999;
	value->dscp = DSCP_EF;
	value->jitter = (struct jitter_config){
		.adaptive = true,
		.min_ms = 20,
		.max_ms = 200,
		.initial_ms = 40,
		.clock_rate = SAMPLE_RATE,
	};
}

static struct mg_config *edited(void)
{
	return config_candidate(&media_section);
}

DEFUN(media, media_cmd, "media", "RTP: ports, jitter buffer, marking\n")
{
	return config_section_enter(vty, NODE_MEDIA, &edited()->line);
}

DEFUN(media_ports, media_ports_cmd, "ports <1024-65535> <1024-65535>",
      "UDP ports: RTP on the even ones, RTCP on the odd ones above them\n"
      "First, even; 20000 by default\n"
      "Last, odd; 29999 by default\n")
{
	edited()->port_first = atoi(argv[0]);
	edited()->port_last = atoi(argv[1]);
	return CMD_SUCCESS;
}

DEFUN(media_address, media_address_cmd, "address ADDRESS",
      "Address that RTP is bound to; by default the one that the route to the peer has\n"
      "IPv4 or IPv6 address of this machine\n")
{
	return config_set_address(vty, "address", argv[0], edited()->address);
}

DEFUN(no_media_address, no_media_address_cmd, "no address", NO_STR "Address that RTP is bound to\n")
{
	edited()->address[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(media_dscp, media_dscp_cmd, "dscp <0-63>",
      "Marking of RTP and RTCP packets (RFC 2474)\n"
      "46, expedited forwarding, by default\n")
{
	edited()->dscp = atoi(argv[0]);
	return CMD_SUCCESS;
}

#define JITTER_STR "Jitter buffer\n"
#define ADAPTIVE_STR "Follows the network between bounds; the default, 20 to 200 ms\n"
#define BOUNDS_STR "Least delay, ms\nGreatest delay, ms\n"

DEFUN(media_jitter_adaptive, media_jitter_adaptive_cmd, "jitter adaptive <10-500> <10-500>",
      JITTER_STR ADAPTIVE_STR BOUNDS_STR)
{
	struct jitter_config *jitter = &edited()->jitter;

	jitter->adaptive = true;
	jitter->min_ms = atoi(argv[0]);
	jitter->max_ms = atoi(argv[1]);
	jitter->initial_ms = OSMO_MAX(jitter->min_ms, OSMO_MIN(jitter->max_ms, 40u));
	return CMD_SUCCESS;
}

DEFUN(media_jitter_initial, media_jitter_initial_cmd,
      "jitter adaptive <10-500> <10-500> initial <10-500>",
      JITTER_STR ADAPTIVE_STR BOUNDS_STR "Delay at the start of a stream\n"
					 "ms; 40 by default\n")
{
	struct jitter_config *jitter = &edited()->jitter;

	jitter->adaptive = true;
	jitter->min_ms = atoi(argv[0]);
	jitter->max_ms = atoi(argv[1]);
	jitter->initial_ms = atoi(argv[2]);
	return CMD_SUCCESS;
}

DEFUN(media_jitter_fixed, media_jitter_fixed_cmd, "jitter fixed <10-500>",
      JITTER_STR "The same delay for good; by default it is adaptive\n"
		 "ms\n")
{
	struct jitter_config *jitter = &edited()->jitter;

	jitter->adaptive = false;
	jitter->min_ms = jitter->max_ms = jitter->initial_ms = atoi(argv[0]);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_MEDIA, "%s(config-media)# ", 1, .name = "media" };

	install_element(CONFIG_NODE, &media_cmd);
	install_node(&node, NULL);
	install_element(NODE_MEDIA, &media_ports_cmd);
	install_element(NODE_MEDIA, &media_address_cmd);
	install_element(NODE_MEDIA, &no_media_address_cmd);
	install_element(NODE_MEDIA, &media_dscp_cmd);
	install_element(NODE_MEDIA, &media_jitter_adaptive_cmd);
	install_element(NODE_MEDIA, &media_jitter_initial_cmd);
	install_element(NODE_MEDIA, &media_jitter_fixed_cmd);
}

static void validate_ports(const struct mg_config *value, struct config_report *report)
{
	if (value->port_first % 2)
		config_fault_option(
			report, value->line, "ports",
			"media ports begin at %u, which is odd; RTP takes even ports: %u",
			value->port_first, value->port_first - 1);
	if (value->port_last % 2 == 0)
		config_fault_option(report, value->line, "ports",
				    "media ports end at %u, which leaves its RTCP port out; an odd "
				    "port is right: %u",
				    value->port_last, value->port_last + 1);
	if (value->port_last <= value->port_first)
		config_fault_option(
			report, value->line, "ports",
			"media ports %u to %u leave no room for a call; two ports a call "
			"are right",
			value->port_first, value->port_last);
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct mg_config *value = config_get(config, &media_section);
	const struct jitter_config *jitter = &value->jitter;

	validate_ports(value, report);
	if (jitter->min_ms > jitter->max_ms)
		config_fault_option(
			report, value->line, "jitter",
			"jitter buffer's least delay %u ms is above its greatest, %u ms; "
			"the smaller one comes first",
			jitter->min_ms, jitter->max_ms);
	else if (jitter->initial_ms < jitter->min_ms || jitter->initial_ms > jitter->max_ms)
		config_fault_option(
			report, value->line, "jitter",
			"jitter buffer's initial delay %u ms is out of its bounds; %u to "
			"%u ms is right",
			jitter->initial_ms, jitter->min_ms, jitter->max_ms);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct mg_config *value = section_value;

	vty_out(vty, "\nmedia\n");
	vty_out(vty, " ports %u %u\n", value->port_first, value->port_last);
	if (value->address[0])
		vty_out(vty, " address %s\n", value->address);
	if (value->dscp != DSCP_EF)
		vty_out(vty, " dscp %u\n", value->dscp);
	if (value->jitter.adaptive)
		vty_out(vty, " jitter adaptive %u %u initial %u\n", value->jitter.min_ms,
			value->jitter.max_ms, value->jitter.initial_ms);
	else
		vty_out(vty, " jitter fixed %u\n", value->jitter.initial_ms);
}

const struct config_section media_section = {
	.size = sizeof(struct mg_config),
	.init = init_value,
	.install = install,
	.validate = validate,
	.write = write_value,
};
