/* The configuration of SIP:
 *
 *   sip
 *    listen 127.0.0.1 5060
 */
#include "sip/sip_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"
#include "call/translate_vty.h"
#include "sip/guard_vty.h"
#include "sip/listen_vty.h"
#include "sip/identity_vty.h"
#include "sip/peer_vty.h"
#include "sip/register_vty.h"
#include "sip/tls_vty.h"

enum { SIP_PORT = 5060, DNS_PORT = 53, TIMER_B_MS = 32000, NO_ANSWER_S = 180 };

static void init_value(void *section_value)
{
	struct sip_config *value = section_value;

	strcpy(value->address, "127.0.0.1");
	value->port = SIP_PORT;
	value->timer_b_ms = TIMER_B_MS;
	value->no_answer_s = NO_ANSWER_S;
	guard_config_init(&value->guard);
}

static struct sip_config *edited(void)
{
	return config_candidate(&sip_section);
}

DEFUN(sip, sip_cmd, "sip", "SIP: where it listens, its timers\n")
{
	return config_section_enter(vty, NODE_SIP, &edited()->line);
}

#define DNS_STR "DNS server that names of peers are asked of; by default those of the system\n"

DEFUN(sip_dns, sip_dns_cmd, "dns-server ADDRESS [<1-65535>]",
      DNS_STR "Its address\n"
	      "Port; 53 by default\n")
{
	edited()->dns_port = argc > 1 ? (uint16_t)atoi(argv[1]) : DNS_PORT;
	return config_set_address(vty, "dns-server", argv[0], edited()->dns_server);
}

DEFUN(no_sip_dns, no_sip_dns_cmd, "no dns-server", NO_STR DNS_STR)
{
	edited()->dns_server[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(sip_timer_b, sip_timer_b_cmd, "timer-b <500-64000>",
      "How long an INVITE waits for any response (RFC 3261 17.1.1.2)\n"
      "ms; 32000 by default\n")
{
	edited()->timer_b_ms = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(sip_no_answer, sip_no_answer_cmd, "no-answer <1-600>",
      "How long a call to a peer may ring: then CANCEL, and cause 19 to the caller\n"
      "Seconds; 180 by default\n")
{
	edited()->no_answer_s = atoi(argv[0]);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node sip_node = { NODE_SIP, "%s(config-sip)# ", 1, .name = "sip" };

	install_element(CONFIG_NODE, &sip_cmd);
	install_node(&sip_node, NULL);
	listen_vty_install();
	tls_vty_install();
	install_element(NODE_SIP, &sip_dns_cmd);
	install_element(NODE_SIP, &no_sip_dns_cmd);
	install_element(NODE_SIP, &sip_timer_b_cmd);
	install_element(NODE_SIP, &sip_no_answer_cmd);
	guard_vty_install();
	peer_vty_install();
	peer_guard_vty_install();
}

static void validate(const struct config *config, struct config_report *report)
{
	listen_vty_validate(config, report);
	tls_vty_validate(config_get(config, &sip_section), report);
	const struct sip_config *value = config_get(config, &sip_section);

	guard_vty_validate(value, report);
	peer_vty_validate(value, report);
	for (size_t i = 0; i < value->n_peers; i++) {
		const struct peer_config *peer = &value->peers[i];
		char whose[PEER_NAME_MAX + 8];

		snprintf(whose, sizeof(whose), "peer %s", peer->name);
		translate_vty_validate(config, &peer->translations, whose, peer->line, report);
		register_vty_validate(config, peer, report);
	}
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct sip_config *value = section_value;

	vty_out(vty, "\nsip\n");
	listen_vty_write(value, vty);
	tls_vty_write(value, vty);
	if (value->dns_server[0])
		vty_out(vty, " dns-server %s %u\n", value->dns_server, value->dns_port);
	if (value->timer_b_ms != TIMER_B_MS)
		vty_out(vty, " timer-b %u\n", value->timer_b_ms);
	if (value->no_answer_s != NO_ANSWER_S)
		vty_out(vty, " no-answer %u\n", value->no_answer_s);
	guard_vty_write(&value->guard, vty);
	identity_vty_write_causes(&value->causes, vty);
	for (size_t i = 0; i < value->n_peers; i++)
		peer_vty_write(&value->peers[i], vty);
}

const struct config_section sip_section = {
	.size = sizeof(struct sip_config),
	.lists = &peer_list,
	.n_lists = 1,
	.init = init_value,
	.install = install,
	.validate = validate,
	.write = write_value,
};
