/* The configuration of peers:
 *
 *   peer phones
 *    address 127.0.0.1
 *    port 5070
 *    trusted
 *    codecs pcma pcmu
 */
#include "sip/peer_vty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"
#include "call/translate_vty.h"
#include "sip/guard_vty.h"
#include "sip/auth_vty.h"
#include "sip/path_vty.h"
#include "sip/peer_media_vty.h"
#include "sip/register_vty.h"
#include "sip/session_vty.h"
#include "sip/identity_vty.h"
#include "sip/numbering_vty.h"
#include "sip/transfer_vty.h"
#include "sip/sip_config.h"

void peer_vty_init(struct peer_config *peer)
{
	peer->path.any_transport = true;
	peer->any_port = true;
	peer_media_vty_init(&peer->media);
	auth_vty_init(peer);
	register_vty_init(peer);
	session_vty_init(peer);
	numbering_vty_init(peer);
	transfer_vty_init(peer);
}

static void init_peer(void *item)
{
	peer_vty_init(item);
}

const struct config_list peer_list = {
	.kind = "peer",
	.items_at = offsetof(struct sip_config, peers),
	.n_at = offsetof(struct sip_config, n_peers),
	.item_size = sizeof(struct peer_config),
	.name_size = PEER_NAME_MAX,
	.line_at = offsetof(struct peer_config, line),
	.node = NODE_PEER,
	.init = init_peer,
};

static struct sip_config *edited(void)
{
	return config_candidate(&sip_section);
}

#define PEER_STR "A SIP neighbour: a PBX, a proxy, a provider\n"
#define PEER_NAME_STR "Its name, as routes use it\n"

DEFUN(peer, peer_cmd, "peer NAME", PEER_STR PEER_NAME_STR)
{
	return config_list_enter(vty, &peer_list, edited(), argv[0]);
}

DEFUN_ATTR(no_peer, no_peer_cmd, "no peer NAME", NO_STR PEER_STR PEER_NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &peer_list, edited(), argv[0]);
}

DEFUN(peer_address, peer_address_cmd, "address ADDRESS",
      "Where its requests come from and ours go to\n"
      "Host name, or IPv4 or IPv6 address\n")
{
	struct peer_config *item = vty->index;

	return path_vty_set_host(vty, "address", argv[0], item->address);
}

DEFUN(peer_port, peer_port_cmd, "port <1-65535>",
      "Port that our requests go to\n"
      "By default 5060, 5061 of TLS, or what the DNS says of a name (RFC 3263)\n")
{
	struct peer_config *item = vty->index;

	item->port = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(peer_source_port, peer_source_port_cmd, "source-port (any|same)",
      "Which ports its requests may come from\n"
      "Any; the default\n"
      "That of `port` alone: so one address can hold several peers\n")
{
	struct peer_config *item = vty->index;

	item->any_port = strcmp(argv[0], "any") == 0;
	return CMD_SUCCESS;
}

#define TRUSTED_STR                                                                                \
	"Its Reason header and asserted identity are believed (RFC 6432, RFC 3325); by default "   \
	"not\n"

DEFUN(peer_trusted, peer_trusted_cmd, "trusted", TRUSTED_STR)
{
	struct peer_config *item = vty->index;

	item->trusted = true;
	return CMD_SUCCESS;
}

DEFUN(no_peer_trusted, no_peer_trusted_cmd, "no trusted", NO_STR TRUSTED_STR)
{
	struct peer_config *item = vty->index;

	item->trusted = false;
	return CMD_SUCCESS;
}

#define OPTIONS_STR "OPTIONS requests that tell whether it is reachable; none by default\n"

DEFUN(peer_options, peer_options_cmd, "options <5-3600>",
      OPTIONS_STR "Seconds from one to the next\n")
{
	struct peer_config *item = vty->index;

	item->options_s = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_peer_options, no_peer_options_cmd, "no options", NO_STR OPTIONS_STR)
{
	struct peer_config *item = vty->index;

	item->options_s = 0;
	return CMD_SUCCESS;
}

void peer_vty_install_common(int node)
{
	identity_vty_install(node);
	numbering_vty_install(node);
	translate_vty_install(node, offsetof(struct peer_config, translations));
	peer_media_vty_install(node);
	session_vty_install(node);
	transfer_vty_install(node);
}

void peer_vty_install(void)
{
	static struct cmd_node node = { NODE_PEER, "%s(config-peer)# ", 1, .name = "peer" };

	install_element(CONFIG_NODE, &peer_cmd);
	install_element(CONFIG_NODE, &no_peer_cmd);
	install_node(&node, NULL);
	peer_vty_install_common(NODE_PEER);
	identity_vty_install_causes();
	session_vty_install_overlap();
	install_element(NODE_PEER, &peer_address_cmd);
	install_element(NODE_PEER, &peer_port_cmd);
	path_vty_install();
	install_element(NODE_PEER, &peer_source_port_cmd);
	install_element(NODE_PEER, &peer_trusted_cmd);
	install_element(NODE_PEER, &no_peer_trusted_cmd);
	install_element(NODE_PEER, &peer_options_cmd);
	install_element(NODE_PEER, &no_peer_options_cmd);
	auth_vty_install();
	register_vty_install();
}

static bool is_wildcard(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

static void validate_peer(const struct sip_config *value, const struct peer_config *peer,
			  struct config_report *report)
{
	if (!peer->address[0])
		config_fault_option(report, peer->line, "address",
				    "peer %s has no address; it needs `address` and one in figures",
				    peer->name);
	else if (is_wildcard(peer->address))
		config_fault_option(report, peer->line, "address",
				    "peer %s: %s is nobody's address; one of a machine is right",
				    peer->name, peer->address);
	else
		path_vty_validate(value, peer, report);
	if (peer->address[0] && strcmp(peer->address, value->address) == 0 &&
	    path_vty_port(peer) == value->port)
		config_fault_option(
			report, peer->line, "port",
			"peer %s: %s port %u is our own, calls would come back; name the "
			"peer's",
			peer->name, peer->address, path_vty_port(peer));
}

/* Requests must tell by address, or address and port, which peer they are of. */
static void validate_source(const struct sip_config *value, size_t i, struct config_report *report)
{
	const struct peer_config *peer = &value->peers[i];

	for (size_t j = 0; j < i; j++) {
		const struct peer_config *other = &value->peers[j];

		if (!peer->address[0] || strcmp(peer->address, other->address) != 0)
			continue;
		if (path_vty_port(peer) == path_vty_port(other))
			config_fault_option(report, peer->line, "address",
					    "peer %s: %s port %u is peer %s already; one peer an "
					    "address and port",
					    peer->name, peer->address, path_vty_port(peer),
					    other->name);
		else if (peer->any_port && other->any_port)
			config_fault_option(report, peer->line, "address",
					    "peer %s: requests from %s could be peer %s's too; "
					    "`source-port same` in one of them tells them apart",
					    peer->name, peer->address, other->name);
		else
			continue;
		return;
	}
}

void peer_vty_validate_common(const char *kind, const struct peer_config *peer,
			      struct config_report *report)
{
	session_vty_validate(kind, peer, report);
	peer_guard_vty_validate(kind, peer, report);
	identity_vty_validate(kind, peer, report);
	numbering_vty_validate(kind, peer, report);
	transfer_vty_validate(kind, peer, report);
}

void peer_vty_validate(const struct sip_config *value, struct config_report *report)
{
	for (size_t i = 0; i < value->n_peers; i++) {
		validate_peer(value, &value->peers[i], report);
		validate_source(value, i, report);
		auth_vty_validate(&value->peers[i], report);
		peer_vty_validate_common("peer", &value->peers[i], report);
	}
}

void peer_vty_write_common(const struct peer_config *peer, struct vty *vty)
{
	identity_vty_write(peer, vty);
	numbering_vty_write(peer, vty);
	translate_vty_write(&peer->translations, vty);
	peer_media_vty_write(&peer->media, vty);
	session_vty_write(peer, vty);
	peer_guard_vty_write(&peer->guard, vty);
	transfer_vty_write(peer, vty);
}

void peer_vty_write(const struct peer_config *peer, struct vty *vty)
{
	vty_out(vty, "\npeer %s\n", peer->name);
	if (peer->address[0])
		vty_out(vty, " address %s\n", peer->address);
	if (peer->port)
		vty_out(vty, " port %u\n", peer->port);
	path_vty_write(peer, vty);
	if (!peer->any_port)
		vty_out(vty, " source-port same\n");
	if (peer->trusted)
		vty_out(vty, " trusted\n");
	if (peer->options_s)
		vty_out(vty, " options %u\n", peer->options_s);
	auth_vty_write(peer, vty);
	register_vty_write(peer, vty);
	peer_vty_write_common(peer, vty);
}
