/* The configuration of who we are to a peer, and who it is to us:
 *
 *   peer provider
 *    auth user 4930100 password secret realm sip.example.com
 *    auth user 4930100 password other realm proxy.example.com
 *    authenticate user pbx password other
 */
#include "sip/auth_vty.h"

#include <string.h>

#include "base/config_vty.h"
#include "sip/peer/peer_config.h"
#include "sip/text/digest.h"

#define REALM "crosspoint"

void auth_vty_init(struct peer_config *peer)
{
	strcpy(peer->authenticate.realm, REALM);
}

#define AUTH_STR "Who we are when the peer asks (digest, RFC 7616); nobody by default\n"
#define AUTH_USER_STR AUTH_STR "User\nIts name\nPassword\nThe password; it is shown nowhere\n"

static int set_secret(struct vty *vty, const char *secret, char *to)
{
	if (strlen(secret) >= CREDENTIALS_SECRET_MAX)
		return config_reject(vty, "the password is too long; at most %d characters",
				     CREDENTIALS_SECRET_MAX - 1);
	osmo_strlcpy(to, secret, CREDENTIALS_SECRET_MAX);
	return CMD_SUCCESS;
}

/* Where the credentials for that realm are, or would be; CREDENTIALS_MAX: there is no room. */
static size_t place_of(const struct peer_config *peer, const char *realm)
{
	size_t i = 0;

	while (i < CREDENTIALS_MAX && peer->auth[i].user[0] &&
	       strcmp(peer->auth[i].realm, realm) != 0)
		i++;
	return i;
}

static int set_auth(struct vty *vty, const char *user, const char *secret, const char *realm)
{
	struct peer_config *item = vty->index;
	struct credentials_config auth = { .user = "" };
	size_t place = place_of(item, realm);

	if (config_set_text(vty, "user", user, auth.user, sizeof(auth.user)) != CMD_SUCCESS ||
	    config_set_text(vty, "realm", realm, auth.realm, sizeof(auth.realm)) != CMD_SUCCESS ||
	    set_secret(vty, secret, auth.secret) != CMD_SUCCESS)
		return CMD_WARNING;
	if (place == CREDENTIALS_MAX)
		return config_reject(vty,
				     "there is `auth` for %d realms already, and no more are kept; "
				     "`no auth realm REALM` takes one away",
				     CREDENTIALS_MAX);
	item->auth[place] = auth;
	return CMD_SUCCESS;
}

DEFUN(peer_auth, peer_auth_cmd, "auth user NAME password SECRET", AUTH_USER_STR)
{
	return set_auth(vty, argv[0], argv[1], "");
}

DEFUN(peer_auth_realm, peer_auth_realm_cmd, "auth user NAME password SECRET realm REALM",
      AUTH_USER_STR "The realm that it is for: no other gets an answer\n"
		    "Its name; by default the first that the peer itself asks in and that has no "
		    "line of its own\n")
{
	return set_auth(vty, argv[0], argv[1], argv[2]);
}

DEFUN(no_peer_auth, no_peer_auth_cmd, "no auth", NO_STR AUTH_STR)
{
	struct peer_config *item = vty->index;

	memset(item->auth, 0, sizeof(item->auth));
	return CMD_SUCCESS;
}

DEFUN(no_peer_auth_realm, no_peer_auth_realm_cmd, "no auth realm REALM",
      NO_STR AUTH_STR "For one realm\nIts name\n")
{
	struct peer_config *item = vty->index;
	size_t place = place_of(item, argv[0]);

	if (place == CREDENTIALS_MAX || !item->auth[place].user[0])
		return CMD_SUCCESS;
	memmove(item->auth + place, item->auth + place + 1,
		(CREDENTIALS_MAX - place - 1) * sizeof(item->auth[0]));
	memset(&item->auth[CREDENTIALS_MAX - 1], 0, sizeof(item->auth[0]));
	return CMD_SUCCESS;
}

#define ASKED_STR                                                                                  \
	"Who the peer is: asked for every request but OPTIONS, in calls for what changes them; "   \
	"not asked by default\n"
#define ASKED_USER_STR ASKED_STR "User\nIts name\nPassword\nThe password; it is shown nowhere\n"

static int set_authenticate(struct vty *vty, const char *user, const char *secret,
			    const char *realm)
{
	struct peer_config *item = vty->index;
	struct authenticate_config asked = {
		.digests = item->authenticate.digests,
		.any_uri = item->authenticate.any_uri,
	};

	if (config_set_text(vty, "user", user, asked.user, sizeof(asked.user)) != CMD_SUCCESS ||
	    config_set_text(vty, "realm", realm, asked.realm, sizeof(asked.realm)) != CMD_SUCCESS ||
	    set_secret(vty, secret, asked.secret) != CMD_SUCCESS)
		return CMD_WARNING;
	item->authenticate = asked;
	return CMD_SUCCESS;
}

DEFUN(peer_asked, peer_asked_cmd, "authenticate user NAME password SECRET", ASKED_USER_STR)
{
	return set_authenticate(vty, argv[0], argv[1], REALM);
}

DEFUN(peer_asked_realm, peer_asked_realm_cmd, "authenticate user NAME password SECRET realm REALM",
      ASKED_USER_STR "What we call ourselves when we ask\nThe realm; crosspoint by default\n")
{
	return set_authenticate(vty, argv[0], argv[1], argv[2]);
}

DEFUN(no_peer_asked, no_peer_asked_cmd, "no authenticate", NO_STR ASKED_STR)
{
	struct peer_config *item = vty->index;

	memset(&item->authenticate, 0, sizeof(item->authenticate));
	auth_vty_init(item);
	return CMD_SUCCESS;
}

DEFUN(peer_asked_algorithms, peer_asked_algorithms_cmd, "authenticate algorithms (all|sha256|md5)",
      ASKED_STR "Which digests are good enough (RFC 8760)\n"
		"MD5 and SHA-256; the default\nSHA-256 alone\n"
		"MD5 alone, for who fails at an offer of others too\n")
{
	struct peer_config *item = vty->index;

	item->authenticate.digests = digest_choice_parse(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(peer_asked_any_uri, peer_asked_any_uri_cmd, "authenticate any-uri",
      ASKED_STR "What it signs may name another number: a proxy on the way changes them\n")
{
	struct peer_config *item = vty->index;

	item->authenticate.any_uri = true;
	return CMD_SUCCESS;
}

DEFUN(no_peer_asked_any_uri, no_peer_asked_any_uri_cmd, "no authenticate any-uri",
      NO_STR ASKED_STR "What it signs must name the number that it calls; the default\n")
{
	struct peer_config *item = vty->index;

	item->authenticate.any_uri = false;
	return CMD_SUCCESS;
}

void auth_vty_install(void)
{
	install_element(NODE_PEER, &peer_auth_cmd);
	install_element(NODE_PEER, &peer_auth_realm_cmd);
	install_element(NODE_PEER, &no_peer_auth_cmd);
	install_element(NODE_PEER, &no_peer_auth_realm_cmd);
	install_element(NODE_PEER, &peer_asked_cmd);
	install_element(NODE_PEER, &peer_asked_realm_cmd);
	install_element(NODE_PEER, &no_peer_asked_cmd);
	install_element(NODE_PEER, &peer_asked_algorithms_cmd);
	install_element(NODE_PEER, &peer_asked_any_uri_cmd);
	install_element(NODE_PEER, &no_peer_asked_any_uri_cmd);
}

void auth_vty_validate(const struct peer_config *peer, struct config_report *report)
{
	const struct authenticate_config *asked = &peer->authenticate;

	if (asked->user[0] || (!asked->digests && !asked->any_uri))
		return;
	config_fault_option(report, peer->line,
			    asked->digests ? "authenticate algorithms" : "authenticate any-uri",
			    "peer %s is not asked who it is; `authenticate user` says with "
			    "which name and password it would show it",
			    peer->name);
}

void auth_vty_write(const struct peer_config *peer, struct vty *vty)
{
	const struct authenticate_config *asked = &peer->authenticate;

	for (size_t i = 0; i < CREDENTIALS_MAX && peer->auth[i].user[0]; i++) {
		const struct credentials_config *auth = &peer->auth[i];

		vty_out(vty, " auth user %s password %s%s%s\n", auth->user, auth->secret,
			auth->realm[0] ? " realm " : "", auth->realm);
	}
	if (asked->user[0])
		vty_out(vty, " authenticate user %s password %s%s%s\n", asked->user, asked->secret,
			strcmp(asked->realm, REALM) != 0 ? " realm " : "",
			strcmp(asked->realm, REALM) != 0 ? asked->realm : "");
	if (asked->digests)
		vty_out(vty, " authenticate algorithms %s\n", digest_choice_name(asked->digests));
	if (asked->any_uri)
		vty_out(vty, " authenticate any-uri\n");
}
