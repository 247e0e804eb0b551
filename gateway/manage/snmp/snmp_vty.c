/* The configuration of SNMP:
 *
 *   snmp
 *    agentx /var/agentx/master
 *    interfaces from 10001
 */
#include "manage/snmp/snmp_config.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"

enum { FIRST_INDEX = 10001 };

static void init_value(void *section_value)
{
	struct snmp_config *value = section_value;

	strcpy(value->agentx, "/var/agentx/master");
	value->first_index = FIRST_INDEX;
}

static struct snmp_config *edited(void)
{
	return config_candidate(&snmp_section);
}

#define SNMP_STR                                                                                   \
	"SNMP: spans in IF-MIB and DS1-MIB, by the snmpd of this machine (in a program made with " \
	"SNMP=1)\n"

DEFUN(snmp, snmp_cmd, "snmp", SNMP_STR)
{
	edited()->on = true;
	return config_section_enter(vty, NODE_SNMP, &edited()->line);
}

DEFUN_ATTR(no_snmp, no_snmp_cmd, "no snmp", NO_STR SNMP_STR, CONFIG_TERMINAL_ONLY)
{
	memset(edited(), 0, sizeof(*edited()));
	init_value(edited());
	return CMD_SUCCESS;
}

DEFUN(snmp_agentx, snmp_agentx_cmd, "agentx ADDRESS",
      "Where snmpd takes sub-agents (RFC 2741)\n"
      "A socket's path, /var/agentx/master by default, or tcp:127.0.0.1:705\n")
{
	if (argv[0][0] != '/' && strncmp(argv[0], "tcp:", 4) != 0)
		return config_reject(vty,
				     "agentx \"%s\" is no address; a socket's path, or "
				     "tcp:127.0.0.1:705, is right",
				     argv[0]);
	return config_set_text(vty, "agentx", argv[0], edited()->agentx, sizeof(edited()->agentx));
}

DEFUN(snmp_interfaces, snmp_interfaces_cmd, "interfaces from <1000-2000000000>",
      "What numbers spans have among this machine's interfaces\nifIndex of the first, "
      "10001 by default\nNumber\n")
{
	edited()->first_index = (unsigned)strtoul(argv[0], NULL, 10);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_SNMP, "%s(config-snmp)# ", 1, .name = "snmp" };

	install_element(CONFIG_NODE, &snmp_cmd);
	install_element(CONFIG_NODE, &no_snmp_cmd);
	install_node(&node, NULL);
	install_element(NODE_SNMP, &snmp_agentx_cmd);
	install_element(NODE_SNMP, &snmp_interfaces_cmd);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct snmp_config *value = section_value;

	if (value->on)
		vty_out(vty, "\nsnmp\n agentx %s\n interfaces from %u\n", value->agentx,
			value->first_index);
}

const struct config_section snmp_section = {
	.size = sizeof(struct snmp_config),
	.init = init_value,
	.install = install,
	.write = write_value,
};
