/* TLS as the rest of the SIP side sees it. */
#include "sip/agent/tls.h"

#include <strings.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "sip/agent/connections.h"
#include "sip/agent/tls_conn.h"
#include "sip/agent/tls_files.h"
#include "sip/agent/tls_identity.h"
#include "sip/agent/tls_verify.h"

void tls_apply(const struct tls_config *config)
{
	tls_files_apply(config);
	tls_conn_set_terms(config);
}

void tls_reload(void)
{
	tls_files_look(true);
}

void tls_reset(void)
{
	const struct tls_config none = { .n_identities = 0 };

	tls_files_reset();
	tls_conn_set_terms(&none);
	tls_verify_forget();
}

bool tls_carries(const tport_t *tport)
{
	return tport && !strcasecmp(tport_name(tport)->tpn_proto, "tls");
}

bool tls_is_named(const tport_t *tport, const char *name)
{
	const SSL *ssl = tls_conn_ssl(connections_fd(tport));

	return ssl && tls_verify_is_named(ssl, name);
}

void tls_say(int fd, const char *text, size_t len)
{
	SSL *ssl = tls_conn_ssl(fd);

	if (!ssl)
		return;
	ERR_clear_error();
	SSL_write(ssl, text, (int)len);
	ERR_clear_error();
}

void tls_certificates_each(bool (*fn)(void *data, const struct tls_certificate *), void *data)
{
	const struct tls_identity *identity;

	for (size_t i = 0; (identity = tls_files_identity(i)); i++) {
		struct tls_certificate out = {
			.name = tls_identity_name(identity),
			.file = identity->config.certificate,
			.expires_s = tls_identity_expires_s(identity),
			.stale = identity->bad,
		};

		if (identity->leaf) {
			X509_NAME_oneline(X509_get_subject_name(identity->leaf), out.subject,
					  sizeof(out.subject));
			X509_NAME_oneline(X509_get_issuer_name(identity->leaf), out.issuer,
					  sizeof(out.issuer));
		}
		if (!fn(data, &out))
			return;
	}
}

void tls_totals(struct tls_totals *out)
{
	tls_conn_totals(out);
	out->names = tls_verify_names();
}
