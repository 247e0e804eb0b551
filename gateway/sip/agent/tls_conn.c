/* Each SSL that Sofia-SIP makes, made fit. OpenSSL tells of each as it is made (SSL_get_ex_new_index). */
#include "sip/agent/tls_conn.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <osmocom/core/linuxlist.h>

#include "base/log.h"
#include "sip/agent/tls_files.h"
#include "sip/agent/tls_identity.h"
#include "sip/agent/tls_output.h"
#include "sip/agent/tls_verify.h"
#include "sip/text/netaddr.h"

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AESGCM:RSA+AES:!aNULL:!eNULL"

struct tls_conn {
	struct llist_head entry;
	const struct tls_s *of;
	SSL *ssl;
	BIO *out;
	int fd;
	bool started, done;
	char name[TLS_NAME_MAX]; /* that the other end must have, or that it asked for */
};

static LLIST_HEAD(conns);
static int ex_index = -1; /* of OpenSSL's ex_data */
static SSL *made;         /* the last one */
static struct tls_totals totals;
static enum tls_verify verify;
static int min_version = TLS1_2_VERSION;

/* CRYPTO_EX_new */
static void on_ssl_made(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
	(void)ptr;
	(void)ad;
	(void)idx;
	(void)argl;
	(void)argp;
	made = parent;
}

void tls_conn_set_terms(const struct tls_config *config)
{
	verify = config->verify;
	min_version = config->only_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

/* A handshake */

static void on_info(const SSL *ssl, int where, int ret)
{
	struct tls_conn *c = SSL_get_ex_data(ssl, ex_index);

	(void)ret;
	if (where & SSL_CB_HANDSHAKE_START && !c->started) {
		c->started = true;
		if (!SSL_is_server(ssl))
			tls_verify_server(c->ssl, c->fd, c->name);
	}
	if (where & SSL_CB_HANDSHAKE_DONE && !c->done) {
		c->done = true;
		totals.accepted += SSL_is_server(ssl) != 0;
		totals.connected += !SSL_is_server(ssl);
	}
}

/* Which certificate we show. 0 ends the handshake. */
static int on_certificate(SSL *ssl, void *data)
{
	struct tls_conn *c = data;
	const char *asked =
		SSL_is_server(ssl) ? SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) : NULL;
	const struct tls_identity *identity;

	tls_files_look_if_due();
	if (asked)
		snprintf(c->name, sizeof(c->name), "%s", asked);
	identity = tls_files_identity_for(asked);
	if (identity && tls_identity_use(identity, ssl))
		return 1;
	return !SSL_is_server(ssl);
}

/* All that the context has of it is Sofia-SIP's; nothing is resumed, so that each connection is checked anew. */
static bool set_terms(struct tls_conn *c, bool accepted)
{
	SSL *ssl = c->ssl;

	SSL_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_set_num_tickets(ssl, 0);
	SSL_CTX_set_session_cache_mode(SSL_get_SSL_CTX(ssl), SSL_SESS_CACHE_OFF);
	SSL_set_cert_cb(ssl, on_certificate, c);
	SSL_set_info_callback(ssl, on_info);
	return SSL_set_min_proto_version(ssl, min_version) == 1 &&
	       SSL_set_cipher_list(ssl, CIPHERS) == 1 && tls_verify_set(ssl, accepted, verify) &&
	       SSL_set_ex_data(ssl, ex_index, c) == 1;
}

/* Sofia-SIP gave the socket's BIO away, and frees it again nevertheless; it frees the context with each connection, and no
 * connection at all. One reference more of each makes that even, and SSL_free() of ours is right then. */
static void mend_references(SSL *ssl)
{
	BIO_up_ref(SSL_get_rbio(ssl));
	SSL_CTX_up_ref(SSL_get_SSL_CTX(ssl));
}

/* Beginning and end */

static struct tls_conn *find(const struct tls_s *of)
{
	struct tls_conn *c;

	llist_for_each_entry (c, &conns, entry) {
		if (c->of == of)
			return c;
	}
	return NULL;
}

void tls_conn_prepare(void)
{
	if (ex_index < 0)
		ex_index = SSL_get_ex_new_index(0, NULL, on_ssl_made, NULL, NULL);
	made = NULL;
}

bool tls_conn_begin(struct tls_s *of, int fd, bool accepted)
{
	struct tls_conn *c = made ? calloc(1, sizeof(*c)) : NULL;

	if (!c)
		return false;
	*c = (struct tls_conn){ .of = of, .ssl = made, .fd = fd };
	llist_add(&c->entry, &conns);
	totals.now++;
	mend_references(c->ssl);
	c->out = tls_output_new(fd);
	if (!c->out)
		return false;
	SSL_set0_wbio(c->ssl, c->out);
	return set_terms(c, accepted);
}

static void log_failure(const struct tls_conn *c)
{
	long verified = SSL_get_verify_result(c->ssl);
	const char *why = ERR_reason_error_string(ERR_peek_error());
	struct sockaddr_storage there = { 0 };
	char address[NETADDR_TEXT_MAX];
	socklen_t len = sizeof(there);

	getpeername(c->fd, (struct sockaddr *)&there, &len);
	netaddr_text(&there, address, sizeof(address));
	LOGP(DSIP, SSL_is_server(c->ssl) ? LOGL_INFO : LOGL_NOTICE, "TLS with %s (%s) failed: %s\n",
	     address, c->name[0] ? c->name : "no name",
	     verified != X509_V_OK ? X509_verify_cert_error_string(verified)
	     : why                 ? why
				   : "the other side closed it");
}

static void count_end(const struct tls_conn *c)
{
	totals.now--;
	if (c->done || !c->started)
		return;
	totals.failed++;
	totals.unverified += SSL_get_verify_result(c->ssl) != X509_V_OK;
	log_failure(c);
}

struct tls_conn *tls_conn_closing(const struct tls_s *of)
{
	struct tls_conn *c = of ? find(of) : NULL;

	if (c)
		count_end(c);
	return c;
}

void tls_conn_end(struct tls_conn *c)
{
	if (!c)
		return;
	llist_del(&c->entry);
	SSL_free(c->ssl);
	free(c);
}

void tls_conn_pong(const struct tls_s *of)
{
	const struct tls_conn *c = find(of);

	if (!c)
		return;
	ERR_clear_error();
	SSL_write(c->ssl, "\r\n", 2);
}

/* Use */

SSL *tls_conn_ssl(int fd)
{
	const struct tls_conn *c;

	llist_for_each_entry (c, &conns, entry) {
		if (c->fd == fd)
			return c->done ? c->ssl : NULL;
	}
	return NULL;
}

void tls_conn_totals(struct tls_totals *out)
{
	*out = totals;
}
