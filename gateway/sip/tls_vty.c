/* TLS:
 *
 *   sip
 *    listen tls 192.0.2.1
 *    tls certificate /etc/crosspoint/sip.pem key /etc/crosspoint/sip.key
 *    tls server-name other.example.com certificate /etc/crosspoint/other.pem
 *    tls ca /etc/crosspoint/ca.pem
 *    tls verify required
 */
#include "sip/tls_vty.h"

#include <string.h>
#include <strings.h>

#include "base/config_vty.h"
#include "sip/sip_config.h"

static struct tls_config *edited(void)
{
	return &((struct sip_config *)config_candidate(&sip_section))->tls;
}

#define TLS_STR "TLS: who we are, and whom we believe\n"
#define CERTIFICATE_STR "Our certificate, by default none; read again by itself when it changes\n"
#define FILE_STR "PEM file, with the chain up to the CA behind it\n"
#define KEY_STR "Its key, where it is in a file of its own\nPEM file, without a password\n"
#define SERVER_NAME_STR                                                                            \
	"Another certificate, for clients that ask for that name (SNI)\nHost name, "               \
	"or IP address\n"

/* The one of that server name, or a new one; NULL: no room. The one without a
 * name comes first. */
static struct tls_identity_config *identity(struct tls_config *tls, const char *server_name)
{
	for (size_t i = 0; i < tls->n_identities; i++) {
		if (!strcasecmp(tls->identities[i].server_name, server_name))
			return &tls->identities[i];
	}
	return tls->n_identities < TLS_IDENTITIES_MAX ? &tls->identities[tls->n_identities] : NULL;
}

static int set(struct vty *vty, const char *server_name, const char *certificate, const char *key)
{
	struct tls_identity_config new = { .server_name = "" }, *there;
	struct tls_config *tls = edited();

	if (config_set_text(vty, "server-name", server_name, new.server_name,
			    sizeof(new.server_name)) != CMD_SUCCESS ||
	    config_set_text(vty, "certificate", certificate, new.certificate,
			    sizeof(new.certificate)) != CMD_SUCCESS ||
	    config_set_text(vty, "key", key, new.key, sizeof(new.key)) != CMD_SUCCESS)
		return CMD_WARNING;
	there = identity(tls, server_name);
	if (!there)
		return config_reject(vty, "too many certificates; at most %d", TLS_IDENTITIES_MAX);
	if (there == &tls->identities[tls->n_identities])
		tls->n_identities++;
	*there = new;
	return CMD_SUCCESS;
}

static int unset(struct vty *vty, const char *server_name)
{
	struct tls_config *tls = edited();
	struct tls_identity_config *there = identity(tls, server_name);

	if (!there || there == &tls->identities[tls->n_identities])
		return config_reject(vty, "there is no such certificate");
	*there = tls->identities[--tls->n_identities];
	memset(&tls->identities[tls->n_identities], 0, sizeof(*there));
	return CMD_SUCCESS;
}

DEFUN(sip_tls, sip_tls_cmd, "tls certificate FILE", TLS_STR CERTIFICATE_STR FILE_STR)
{
	return set(vty, "", argv[0], "");
}

DEFUN(sip_tls_key, sip_tls_key_cmd, "tls certificate FILE key KEYFILE",
      TLS_STR CERTIFICATE_STR FILE_STR KEY_STR)
{
	return set(vty, "", argv[0], argv[1]);
}

DEFUN(sip_tls_name, sip_tls_name_cmd, "tls server-name NAME certificate FILE",
      TLS_STR SERVER_NAME_STR CERTIFICATE_STR FILE_STR)
{
	return set(vty, argv[0], argv[1], "");
}

DEFUN(sip_tls_name_key, sip_tls_name_key_cmd, "tls server-name NAME certificate FILE key KEYFILE",
      TLS_STR SERVER_NAME_STR CERTIFICATE_STR FILE_STR KEY_STR)
{
	return set(vty, argv[0], argv[1], argv[2]);
}

DEFUN_ATTR(no_sip_tls, no_sip_tls_cmd, "no tls certificate", NO_STR TLS_STR CERTIFICATE_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return unset(vty, "");
}

DEFUN_ATTR(no_sip_tls_name, no_sip_tls_name_cmd, "no tls server-name NAME",
	   NO_STR TLS_STR SERVER_NAME_STR, CONFIG_TERMINAL_ONLY)
{
	return unset(vty, argv[0]);
}

#define CA_STR "CAs whose certificates are believed; by default those of the system\n"

DEFUN(sip_tls_ca, sip_tls_ca_cmd, "tls ca FILE", TLS_STR CA_STR "PEM file\n")
{
	struct tls_config *tls = edited();

	return config_set_text(vty, "ca", argv[0], tls->ca, sizeof(tls->ca));
}

DEFUN(no_sip_tls_ca, no_sip_tls_ca_cmd, "no tls ca", NO_STR TLS_STR CA_STR)
{
	edited()->ca[0] = '\0';
	return CMD_SUCCESS;
}

static const char *const verify_names[] = {
	[TLS_VERIFY_NONE] = "none",
	[TLS_VERIFY_OPTIONAL] = "optional",
	[TLS_VERIFY_REQUIRED] = "required",
};

DEFUN(sip_tls_verify, sip_tls_verify_cmd, "tls verify (none|optional|required)",
      TLS_STR "Certificates of those who connect to us; servers always show theirs\n"
	      "They are asked for none; the default\n"
	      "They may show one, a good one\n"
	      "They must show a good one\n")
{
	for (unsigned i = 0; i <= TLS_VERIFY_REQUIRED; i++) {
		if (!strcmp(argv[0], verify_names[i]))
			edited()->verify = (enum tls_verify)i;
	}
	return CMD_SUCCESS;
}

DEFUN(sip_tls_minimum, sip_tls_minimum_cmd, "tls minimum (1.2|1.3)",
      TLS_STR "The oldest version that is spoken\n"
	      "TLS 1.2; the default\n"
	      "TLS 1.3\n")
{
	edited()->only_tls13 = !strcmp(argv[0], "1.3");
	return CMD_SUCCESS;
}

void tls_vty_install(void)
{
	install_element(NODE_SIP, &sip_tls_cmd);
	install_element(NODE_SIP, &sip_tls_key_cmd);
	install_element(NODE_SIP, &sip_tls_name_cmd);
	install_element(NODE_SIP, &sip_tls_name_key_cmd);
	install_element(NODE_SIP, &no_sip_tls_cmd);
	install_element(NODE_SIP, &no_sip_tls_name_cmd);
	install_element(NODE_SIP, &sip_tls_ca_cmd);
	install_element(NODE_SIP, &no_sip_tls_ca_cmd);
	install_element(NODE_SIP, &sip_tls_verify_cmd);
	install_element(NODE_SIP, &sip_tls_minimum_cmd);
}

void tls_vty_validate(const struct sip_config *value, struct config_report *report)
{
	bool has_identity = false;

	for (size_t i = 0; i < value->tls.n_identities; i++)
		has_identity |= !value->tls.identities[i].server_name[0];
	for (size_t i = 0; i < value->n_listens; i++) {
		const struct socket_config *s = &value->listens[i];

		if (s->transport != TRANSPORT_TLS || has_identity)
			continue;
		config_fault_option(report, s->line ? s->line : value->line, "listen",
				    "sip listens on tls and has no certificate to show; `tls "
				    "certificate` and a PEM file is right");
		return;
	}
}

static void write_identity(const struct tls_identity_config *identity, struct vty *vty)
{
	vty_out(vty, " tls ");
	if (identity->server_name[0])
		vty_out(vty, "server-name %s ", identity->server_name);
	vty_out(vty, "certificate %s", identity->certificate);
	if (identity->key[0])
		vty_out(vty, " key %s", identity->key);
	vty_out(vty, "\n");
}

void tls_vty_write(const struct sip_config *value, struct vty *vty)
{
	const struct tls_config *tls = &value->tls;

	for (size_t i = 0; i < tls->n_identities; i++)
		write_identity(&tls->identities[i], vty);
	if (tls->ca[0])
		vty_out(vty, " tls ca %s\n", tls->ca);
	if (tls->verify != TLS_VERIFY_NONE)
		vty_out(vty, " tls verify %s\n", verify_names[tls->verify]);
	if (tls->only_tls13)
		vty_out(vty, " tls minimum 1.3\n");
}
