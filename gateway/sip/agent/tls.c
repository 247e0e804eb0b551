/* Each SSL that Sofia-SIP makes, made fit. It calls its tls_ functions by their exported names; those defined here come
 * first (as in connections.c), and call its own. OpenSSL tells of each SSL as it is made (SSL_get_ex_new_index). */
#include "sip/agent/tls.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <osmocom/core/linuxlist.h>
#include <osmocom/core/timer.h>
#include <sofia-sip/su_wait.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "sip/agent/connections.h"
#include "sip/agent/tls_identity.h"
#include "sip/agent/tls_output.h"
#include "sip/text/netaddr.h"

enum { LOOK_S = 30, LOOK_AGAIN_US = 1000000, NAMES_MAX = 1024, DEPTH_MAX = 8, WHY_MAX = 160 };

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AESGCM:RSA+AES:!aNULL:!eNULL"

/* Sofia-SIP's own object of a connection, or of a listening socket. */
struct tls_s;

struct tls_conn {
	struct llist_head entry;
	struct tls_s *of;
	SSL *ssl;
	BIO *out;
	int fd;
	bool started, done;
	char name[TLS_NAME_MAX]; /* that the other end must have, or that it asked for */
};

struct expected {
	struct llist_head entry;
	struct sockaddr_storage there;
	char name[TLS_NAME_MAX];
};

static struct {
	bool ready;
	int index;       /* of ex_data */
	SSL *made;       /* the last one */
	bool connecting; /* in Sofia-SIP's part of a handshake */
	struct tls_config config;
	struct tls_identity identities[TLS_IDENTITIES_MAX];
	size_t n_identities;
	X509_STORE *store; /* whom we believe; NULL: nobody */
	struct tls_file_mark ca_mark;
	struct llist_head conns, names;
	unsigned n_names;
	uint64_t looked_us;
	struct osmo_timer_list look;
	struct tls_totals totals;
} all;

/* CRYPTO_EX_new */
static void on_ssl_made(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
	(void)ptr;
	(void)ad;
	(void)idx;
	(void)argl;
	(void)argp;
	all.made = parent;
}

static void get_ready(void)
{
	if (all.ready)
		return;
	INIT_LLIST_HEAD(&all.conns);
	INIT_LLIST_HEAD(&all.names);
	all.index = SSL_get_ex_new_index(0, NULL, on_ssl_made, NULL, NULL);
	all.ready = all.index >= 0;
}

/* Files */

static void read_cas(bool anyway)
{
	struct tls_file_mark mark = tls_file_mark(all.config.ca);
	X509_STORE *store;
	bool ok;

	if (!anyway && all.store && tls_file_same(&mark, &all.ca_mark))
		return;
	all.ca_mark = mark;
	store = X509_STORE_new();
	ok = store && (all.config.ca[0] ? X509_STORE_load_file(store, all.config.ca) == 1
					: X509_STORE_set_default_paths(store) == 1);
	ERR_clear_error();
	if (!ok) {
		char why[ALARM_TEXT_MAX];

		X509_STORE_free(store);
		snprintf(why, sizeof(why), "%.60s: no certificates in PEM", all.config.ca);
		alarm_raise(ALARM_CERTIFICATE, "ca", "", why);
		return;
	}
	X509_STORE_free(all.store);
	all.store = store;
	alarm_clear(ALARM_CERTIFICATE, "ca");
}

static void look(bool anyway)
{
	all.looked_us = clock_now_us();
	for (size_t i = 0; i < all.n_identities; i++)
		tls_identity_read(&all.identities[i], anyway);
	read_cas(anyway);
}

/* At a handshake, so that a changed file counts at once; but not for each of a thousand. */
static void look_if_due(void)
{
	if (clock_now_us() - all.looked_us >= LOOK_AGAIN_US)
		look(false);
}

static void on_look(void *data)
{
	(void)data;
	look(false);
	osmo_timer_schedule(&all.look, LOOK_S, 0);
}

void tls_reload(void)
{
	if (all.ready)
		look(true);
}

/* Drops what is no longer configured, adds what is new; what stays keeps what it has read. */
static void apply_identities(const struct tls_config *config)
{
	struct tls_identity kept[TLS_IDENTITIES_MAX] = { 0 };

	for (size_t i = 0; i < config->n_identities; i++) {
		kept[i].config = config->identities[i];
		for (size_t j = 0; j < all.n_identities; j++) {
			struct tls_identity *old = &all.identities[j];

			if (!memcmp(&old->config, &kept[i].config, sizeof(old->config))) {
				kept[i] = *old;
				*old = (struct tls_identity){ .leaf = NULL };
				break;
			}
		}
	}
	for (size_t j = 0; j < all.n_identities; j++) {
		if (all.identities[j].config.certificate[0])
			tls_identity_clear(&all.identities[j]);
	}
	memcpy(all.identities, kept, sizeof(kept));
	all.n_identities = config->n_identities;
}

void tls_apply(const struct tls_config *config)
{
	bool other_ca = strcmp(config->ca, all.config.ca) != 0;

	get_ready();
	apply_identities(config);
	all.config = *config;
	if (!config->n_identities && !config->ca[0] && !all.store)
		return; /* nobody asked for TLS */
	look(false);
	read_cas(other_ca);
	osmo_timer_setup(&all.look, on_look, NULL);
	osmo_timer_schedule(&all.look, LOOK_S, 0);
}

static void forget_name(struct expected *e)
{
	llist_del(&e->entry);
	all.n_names--;
	free(e);
}

void tls_reset(void)
{
	struct expected *e, *next;

	if (!all.ready)
		return;
	osmo_timer_del(&all.look);
	for (size_t i = 0; i < all.n_identities; i++)
		tls_identity_clear(&all.identities[i]);
	all.n_identities = 0;
	X509_STORE_free(all.store);
	all.store = NULL;
	alarm_clear(ALARM_CERTIFICATE, "ca");
	all.config = (struct tls_config){ .n_identities = 0 };
	llist_for_each_entry_safe (e, next, &all.names, entry)
		forget_name(e);
}

/* Names of servers */

static struct expected *find_expected(const struct sockaddr_storage *there)
{
	struct expected *e;

	llist_for_each_entry (e, &all.names, entry) {
		if (netaddr_same_host(&e->there, there) &&
		    netaddr_port(&e->there) == netaddr_port(there))
			return e;
	}
	return NULL;
}

void tls_expect(const struct sockaddr_storage *there, const char *name)
{
	struct expected *e;

	get_ready();
	e = find_expected(there);
	if (!e) {
		if (all.n_names == NAMES_MAX)
			forget_name(llist_last_entry(&all.names, struct expected, entry));
		e = calloc(1, sizeof(*e));
		if (!e)
			return; /* it is held to its address then, and refused */
		e->there = *there;
		llist_add(&e->entry, &all.names);
		all.n_names++;
	}
	snprintf(e->name, sizeof(e->name), "%s", name);
}

/* Before the ClientHello: the server is told whom we want, and held to it. */
static bool name_server(struct tls_conn *c)
{
	struct sockaddr_storage there = { 0 }, literal;
	socklen_t len = sizeof(there);
	const struct expected *e;

	if (getpeername(c->fd, (struct sockaddr *)&there, &len) < 0)
		return false;
	e = find_expected(&there);
	if (e)
		snprintf(c->name, sizeof(c->name), "%s", e->name);
	else
		netaddr_host(&there, c->name, sizeof(c->name));
	if (netaddr_parse(c->name, 0, &literal))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), c->name) == 1;
	/* RFC 5922 7.2: a name with a wildcard names nobody. */
	SSL_set_hostflags(c->ssl, X509_CHECK_FLAG_NO_WILDCARDS);
	return SSL_set_tlsext_host_name(c->ssl, c->name) == 1 &&
	       SSL_set1_host(c->ssl, c->name) == 1;
}

/* A handshake */

static void on_info(const SSL *ssl, int where, int ret)
{
	struct tls_conn *c = SSL_get_ex_data(ssl, all.index);

	(void)ret;
	if (where & SSL_CB_HANDSHAKE_START && !c->started) {
		c->started = true;
		/* Nobody can be held to no name: it is refused. */
		if (!SSL_is_server(ssl) && !name_server(c))
			SSL_set1_host(c->ssl, "unknown.invalid");
	}
	if (where & SSL_CB_HANDSHAKE_DONE && !c->done) {
		c->done = true;
		all.totals.accepted += SSL_is_server(ssl) != 0;
		all.totals.connected += !SSL_is_server(ssl);
	}
}

static const struct tls_identity *identity_for(const char *server_name)
{
	const struct tls_identity *other = NULL;

	for (size_t i = 0; i < all.n_identities; i++) {
		const struct tls_identity *identity = &all.identities[i];

		if (!identity->config.server_name[0])
			other = identity;
		else if (server_name && !strcasecmp(identity->config.server_name, server_name))
			return identity;
	}
	return other;
}

/* Which certificate we show. 0 ends the handshake. */
static int on_certificate(SSL *ssl, void *data)
{
	struct tls_conn *c = data;
	const char *asked =
		SSL_is_server(ssl) ? SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) : NULL;
	const struct tls_identity *identity;

	look_if_due();
	if (asked)
		snprintf(c->name, sizeof(c->name), "%s", asked);
	identity = identity_for(asked);
	if (identity && tls_identity_use(identity, ssl))
		return 1;
	return !SSL_is_server(ssl);
}

static int verify_mode(bool accepted)
{
	if (!accepted)
		return SSL_VERIFY_PEER;
	switch (all.config.verify) {
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

/* All that the context has of it is Sofia-SIP's; nothing is resumed, so that each connection is checked anew. */
static bool set_terms(struct tls_conn *c, bool accepted)
{
	SSL *ssl = c->ssl;

	SSL_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_set_num_tickets(ssl, 0);
	SSL_CTX_set_session_cache_mode(SSL_get_SSL_CTX(ssl), SSL_SESS_CACHE_OFF);
	SSL_set_verify(ssl, verify_mode(accepted), on_verify);
	SSL_set_verify_depth(ssl, DEPTH_MAX);
	SSL_set_cert_cb(ssl, on_certificate, c);
	SSL_set_info_callback(ssl, on_info);
	return SSL_set_min_proto_version(ssl, all.config.only_tls13 ? TLS1_3_VERSION
								    : TLS1_2_VERSION) == 1 &&
	       SSL_set_cipher_list(ssl, CIPHERS) == 1 && all.store &&
	       SSL_set1_verify_cert_store(ssl, all.store) == 1 &&
	       SSL_set_ex_data(ssl, all.index, c) == 1;
}

/* Sofia-SIP gave the socket's BIO away, and frees it again nevertheless; it frees the context with each connection, and no
 * connection at all. One reference more of each makes that even, and SSL_free() of ours is right then. */
static void mend_references(struct tls_conn *c)
{
	BIO_up_ref(SSL_get_rbio(c->ssl));
	SSL_CTX_up_ref(SSL_get_SSL_CTX(c->ssl));
}

/* What Sofia-SIP calls */

struct tls_s *tls_init_secondary(struct tls_s *master, int fd, int accept);
void tls_free(struct tls_s *tls);
int tls_connect(su_root_magic_t *magic, su_wait_t *w, tport_t *self);
ssize_t tls_read(struct tls_s *tls);
ssize_t tls_write(struct tls_s *tls, void *data, size_t size);
int tls_want_read(struct tls_s *tls, int events);
void *tls_read_buffer(struct tls_s *tls, size_t n);

static void *sofia(const char *function)
{
	return dlsym(RTLD_NEXT, function);
}

static struct tls_conn *find(const struct tls_s *tls)
{
	struct tls_conn *c;

	if (!all.ready)
		return NULL;
	llist_for_each_entry (c, &all.conns, entry) {
		if (c->of == tls)
			return c;
	}
	return NULL;
}

struct tls_s *tls_init_secondary(struct tls_s *master, int fd, int accept)
{
	static struct tls_s *(*real)(struct tls_s *, int, int);
	struct tls_conn *c = calloc(1, sizeof(*c));
	struct tls_s *tls;

	if (!real)
		real = sofia("tls_init_secondary");
	get_ready();
	all.made = NULL;
	tls = c ? real(master, fd, accept) : NULL;
	if (!tls || !all.made) {
		free(c);
		return tls;
	}
	*c = (struct tls_conn){ .of = tls, .ssl = all.made, .fd = fd };
	llist_add(&c->entry, &all.conns);
	all.totals.now++;
	mend_references(c);
	c->out = tls_output_new(fd);
	if (c->out)
		SSL_set0_wbio(c->ssl, c->out);
	if (c->out && set_terms(c, accept))
		return tls;
	tls_free(tls);
	return NULL;
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
	all.totals.now--;
	if (c->done || !c->started)
		return;
	all.totals.failed++;
	all.totals.unverified += SSL_get_verify_result(c->ssl) != X509_V_OK;
	log_failure(c);
}

void tls_free(struct tls_s *tls)
{
	static void (*real)(struct tls_s *);
	struct tls_conn *c = tls ? find(tls) : NULL;

	if (!real)
		real = sofia("tls_free");
	if (c)
		count_end(c);
	ERR_clear_error();
	real(tls);
	if (c) {
		llist_del(&c->entry);
		SSL_free(c->ssl);
		free(c);
	}
	ERR_clear_error();
}

/* What went wrong on one connection, or elsewhere, is no error of another: OpenSSL's queue of errors is empty before it is
 * asked anything. */
int tls_connect(su_root_magic_t *magic, su_wait_t *w, tport_t *self)
{
	static int (*real)(su_root_magic_t *, su_wait_t *, tport_t *);
	int rc;

	if (!real)
		real = sofia("tls_connect");
	ERR_clear_error();
	all.connecting = true;
	rc = real(magic, w, self);
	all.connecting = false;
	ERR_clear_error();
	return rc;
}

/* Once a handshake is done Sofia-SIP takes the certificate apart, though OpenSSL has checked it, and leaks each name: it sees
 * none. All others do. */
X509 *SSL_get1_peer_certificate(const SSL *ssl)
{
	X509 *certificate = all.connecting ? NULL : SSL_get0_peer_certificate(ssl);

	if (certificate)
		X509_up_ref(certificate);
	return certificate;
}

ssize_t tls_read(struct tls_s *tls)
{
	static ssize_t (*real)(struct tls_s *);

	if (!real)
		real = sofia("tls_read");
	ERR_clear_error();
	return real(tls);
}

ssize_t tls_write(struct tls_s *tls, void *data, size_t size)
{
	static ssize_t (*real)(struct tls_s *, void *, size_t);

	if (!real)
		real = sofia("tls_write");
	ERR_clear_error();
	return real(tls, data, size);
}

int tls_want_read(struct tls_s *tls, int events)
{
	static int (*real)(struct tls_s *, int);

	if (!real)
		real = sofia("tls_want_read");
	ERR_clear_error();
	return real(tls, events);
}

/* RFC 5626 4.4.1: a ping gets its pong, which Sofia-SIP knows of TCP alone. */
void *tls_read_buffer(struct tls_s *tls, size_t n)
{
	static void *(*real)(struct tls_s *, size_t);
	const struct tls_conn *c = find(tls);
	void *data;

	if (!real)
		real = sofia("tls_read_buffer");
	data = real(tls, n);
	if (c && n == 4 && !memcmp(data, "\r\n\r\n", 4)) {
		ERR_clear_error();
		SSL_write(c->ssl, "\r\n", 2);
	}
	return data;
}

/* Who is there */

static const struct tls_conn *find_fd(int fd)
{
	struct tls_conn *c;

	if (!all.ready || fd < 0)
		return NULL;
	llist_for_each_entry (c, &all.conns, entry) {
		if (c->fd == fd)
			return c;
	}
	return NULL;
}

void tls_say(int fd, const char *text, size_t len)
{
	const struct tls_conn *c = find_fd(fd);

	if (!c || !c->done)
		return;
	ERR_clear_error();
	SSL_write(c->ssl, text, (int)len);
	ERR_clear_error();
}

static bool has_uri(X509 *certificate, const char *name)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	char uri[TLS_NAME_MAX + 8];
	bool found = false;

	snprintf(uri, sizeof(uri), "sip:%s", name);
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++) {
		const GENERAL_NAME *general = sk_GENERAL_NAME_value(names, i);
		const ASN1_IA5STRING *text = general->d.uniformResourceIdentifier;

		if (general->type == GEN_URI && ASN1_STRING_length(text) == (int)strlen(uri))
			found = !strncasecmp((const char *)ASN1_STRING_get0_data(text), uri,
					     strlen(uri));
	}
	GENERAL_NAMES_free(names);
	return found;
}

bool tls_is_named(const tport_t *tport, const char *name)
{
	const struct tls_conn *c = find_fd(connections_fd(tport));
	X509 *certificate = c && c->done ? SSL_get0_peer_certificate(c->ssl) : NULL;

	if (!certificate || SSL_get_verify_result(c->ssl) != X509_V_OK ||
	    SSL_get_verify_mode(c->ssl) == SSL_VERIFY_NONE)
		return false;
	return has_uri(certificate, name) ||
	       X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NO_WILDCARDS, NULL) == 1;
}

/* To look at */

void tls_certificates_each(bool (*fn)(void *data, const struct tls_certificate *), void *data)
{
	for (size_t i = 0; i < all.n_identities; i++) {
		const struct tls_identity *identity = &all.identities[i];
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
	*out = all.totals;
	out->names = all.n_names;
}
