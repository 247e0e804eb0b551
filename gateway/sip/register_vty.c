/* The configuration of our registration with a peer:
 *
 *   peer provider
 *    auth user 4930100 password secret
 *    register user 4930100 domain sip.example.com
 *    register while-trunk pstn
 */
#include "sip/register_vty.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "sip/peer/peer_config.h"

enum { EXPIRES_S = 3600 };

#define REGISTER_STR "We register with the peer, so that its calls find us; by default we do not\n"
#define USER_STR REGISTER_STR "As which user\nIts name or number there\n"

void register_vty_init(struct peer_config *peer)
{
	peer->registration = (struct register_config){ .expires_s = EXPIRES_S };
}

static int set_user(struct vty *vty, const char *user, const char *domain)
{
	struct peer_config *item = vty->index;
	struct register_config to = item->registration;

	if (strspn(user,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,"
		   "") != strlen(user))
		return config_reject(
			vty,
			"register user \"%s\" is no user of a SIP URI; letters, digits "
			"and -_.!~*'()&=+$, are right",
			user);
	if (strspn(domain, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]") !=
	    strlen(domain))
		return config_reject(
			vty, "domain \"%s\" is no domain; a name or address is, as sip.example.com",
			domain);
	if (config_set_text(vty, "user", user, to.user, sizeof(to.user)) != CMD_SUCCESS ||
	    config_set_text(vty, "domain", domain, to.domain, sizeof(to.domain)) != CMD_SUCCESS)
		return CMD_WARNING;
	item->registration = to;
	return CMD_SUCCESS;
}

DEFUN(peer_register, peer_register_cmd, "register user NAME", USER_STR)
{
	return set_user(vty, argv[0], "");
}

DEFUN(peer_register_domain, peer_register_domain_cmd, "register user NAME domain DOMAIN",
      USER_STR "Of which domain\nA name or address; the peer's address by default\n")
{
	return set_user(vty, argv[0], argv[1]);
}

DEFUN(no_peer_register, no_peer_register_cmd, "no register", NO_STR REGISTER_STR)
{
	register_vty_init(vty->index);
	return CMD_SUCCESS;
}

DEFUN(peer_register_expires, peer_register_expires_cmd, "register expires <60-86400>",
      REGISTER_STR "For how long we ask to be registered; it is refreshed before\n"
		   "Seconds; 3600 by default\n")
{
	struct peer_config *item = vty->index;

	item->registration.expires_s = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(peer_register_outbound, peer_register_outbound_cmd, "register outbound",
      REGISTER_STR "As an instance with a flow of its own (RFC 5626)\n")
{
	struct peer_config *item = vty->index;

	item->registration.outbound = true;
	return CMD_SUCCESS;
}

DEFUN(peer_register_trunk, peer_register_trunk_cmd, "register while-trunk NAME",
      REGISTER_STR "Only while this trunk can carry calls; always by default\nA trunk\n")
{
	struct peer_config *item = vty->index;

	return config_set_name(vty, "register while-trunk", argv[0], item->registration.while_trunk,
			       sizeof(item->registration.while_trunk));
}

void register_vty_install(void)
{
	install_element(NODE_PEER, &peer_register_cmd);
	install_element(NODE_PEER, &peer_register_domain_cmd);
	install_element(NODE_PEER, &no_peer_register_cmd);
	install_element(NODE_PEER, &peer_register_expires_cmd);
	install_element(NODE_PEER, &peer_register_outbound_cmd);
	install_element(NODE_PEER, &peer_register_trunk_cmd);
}

void register_vty_validate(const struct config *config, const struct peer_config *peer,
			   struct config_report *report)
{
	const struct register_config *reg = &peer->registration;

	if (!reg->user[0] && (reg->outbound || reg->while_trunk[0] || reg->expires_s != EXPIRES_S))
		config_fault_option(report, peer->line, "register",
				    "peer %s: we do not register with it; `register user` says as "
				    "whom we would",
				    peer->name);
	if (reg->while_trunk[0] && !config_has(config, "trunk", reg->while_trunk)) {
		char *names = config_names(report, config, "trunk");

		config_fault_option(report, peer->line, "register while-trunk",
				    "peer %s: trunk %s does not exist; trunks are: %s", peer->name,
				    reg->while_trunk, names ? names : "none");
		talloc_free(names);
	}
}

void register_vty_write(const struct peer_config *peer, struct vty *vty)
{
	const struct register_config *reg = &peer->registration;

	if (reg->user[0])
		vty_out(vty, " register user %s%s%s\n", reg->user, reg->domain[0] ? " domain " : "",
			reg->domain);
	if (reg->expires_s != EXPIRES_S)
		vty_out(vty, " register expires %u\n", reg->expires_s);
	if (reg->outbound)
		vty_out(vty, " register outbound\n");
	if (reg->while_trunk[0])
		vty_out(vty, " register while-trunk %s\n", reg->while_trunk);
}
