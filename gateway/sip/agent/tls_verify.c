/* Names in certificates, and the checks of a handshake. */
#include "sip/agent/tls_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>
#include <osmocom/core/linuxlist.h>

#include "sip/agent/tls_files.h"
#include "sip/text/netaddr.h"

enum { NAMES_MAX = 1024, DEPTH_MAX = 8 };

struct expected {
	struct llist_head entry;
	struct sockaddr_storage there;
	char name[TLS_NAME_MAX];
};

static LLIST_HEAD(names);
static unsigned n_names;

/* Who is expected */

static void forget_name(struct expected *e)
{
	llist_del(&e->entry);
	n_names--;
	free(e);
}

void tls_verify_forget(void)
{
	struct expected *e, *next;

	llist_for_each_entry_safe (e, next, &names, entry)
		forget_name(e);
}

unsigned tls_verify_names(void)
{
	return n_names;
}

static struct expected *find_expected(const struct sockaddr_storage *there)
{
	struct expected *e;

	llist_for_each_entry (e, &names, entry) {
		if (netaddr_same_host(&e->there, there) &&
		    netaddr_port(&e->there) == netaddr_port(there))
			return e;
	}
	return NULL;
}

void tls_verify_expect(const struct sockaddr_storage *there, const char *name)
{
	struct expected *e;

	e = find_expected(there);
	if (!e) {
		if (n_names == NAMES_MAX)
			forget_name(llist_last_entry(&names, struct expected, entry));
		e = calloc(1, sizeof(*e));
		if (!e)
			return; /* it is held to its address then, and refused */
		e->there = *there;
		llist_add(&e->entry, &names);
		n_names++;
	}
	snprintf(e->name, sizeof(e->name), "%s", name);
}

/* A handshake */

static bool hold(SSL *ssl, int fd, char name[static TLS_NAME_MAX])
{
	struct sockaddr_storage there = { 0 }, literal;
	socklen_t len = sizeof(there);
	const struct expected *e;

	if (getpeername(fd, (struct sockaddr *)&there, &len) < 0)
		return false;
	e = find_expected(&there);
	if (e)
		snprintf(name, TLS_NAME_MAX, "%s", e->name);
	else
		netaddr_host(&there, name, TLS_NAME_MAX);
	if (netaddr_parse(name, 0, &literal))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
	/* RFC 5922 7.2: a name with a wildcard names nobody. */
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_WILDCARDS);
	return SSL_set_tlsext_host_name(ssl, name) == 1 && SSL_set1_host(ssl, name) == 1;
}

void tls_verify_server(SSL *ssl, int fd, char name[static TLS_NAME_MAX])
{
	/* Nobody can be held to no name: it is refused. */
	if (!hold(ssl, fd, name))
		SSL_set1_host(ssl, "unknown.invalid");
}

static int mode(bool accepted, enum tls_verify clients)
{
	if (!accepted)
		return SSL_VERIFY_PEER;
	switch (clients) {
	case TLS_VERIFY_REQUIRED:
		return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	case TLS_VERIFY_OPTIONAL:
		return SSL_VERIFY_PEER;
	default:
		return SSL_VERIFY_NONE;
	}
}

/* OpenSSL's own verdict. Without a callback of ours Sofia-SIP's would stay, which lets everything pass. */
static int on_verify(int ok, X509_STORE_CTX *store)
{
	(void)store;
	return ok;
}

bool tls_verify_set(SSL *ssl, bool accepted, enum tls_verify clients)
{
	SSL_set_verify(ssl, mode(accepted, clients), on_verify);
	SSL_set_verify_depth(ssl, DEPTH_MAX);
	return tls_files_cas() && SSL_set1_verify_cert_store(ssl, tls_files_cas()) == 1;
}

/* Afterwards */

static bool has_uri(X509 *certificate, const char *name)
{
	GENERAL_NAMES *alternatives =
		X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	char uri[TLS_NAME_MAX + 8];
	bool found = false;

	snprintf(uri, sizeof(uri), "sip:%s", name);
	for (int i = 0; i < sk_GENERAL_NAME_num(alternatives) && !found; i++) {
		const GENERAL_NAME *general = sk_GENERAL_NAME_value(alternatives, i);
		const ASN1_IA5STRING *text = general->d.uniformResourceIdentifier;

		if (general->type == GEN_URI && ASN1_STRING_length(text) == (int)strlen(uri))
			found = !strncasecmp((const char *)ASN1_STRING_get0_data(text), uri,
					     strlen(uri));
	}
	GENERAL_NAMES_free(alternatives);
	return found;
}

bool tls_verify_is_named(const SSL *ssl, const char *name)
{
	X509 *certificate = SSL_get0_peer_certificate(ssl);

	if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK ||
	    SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE)
		return false;
	return has_uri(certificate, name) ||
	       X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NO_WILDCARDS, NULL) == 1;
}
