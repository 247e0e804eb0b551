/* Certificates and keys out of their files. */
#include "sip/agent/tls_identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"

enum { S_PER_DAY = 86400, WHY_MAX = ALARM_TEXT_MAX };

const char *tls_identity_name(const struct tls_identity *identity)
{
	return identity->config.server_name[0] ? identity->config.server_name : "sip";
}

static const char *key_file(const struct tls_identity *identity)
{
	return identity->config.key[0] ? identity->config.key : identity->config.certificate;
}

struct tls_file_mark tls_file_mark(const char *path)
{
	struct tls_file_mark mark = { .size = -1 };
	struct stat st;

	if (stat(path, &st) == 0) {
		mark.changed = st.st_mtim;
		mark.size = st.st_size;
		mark.inode = st.st_ino;
	}
	return mark;
}

bool tls_file_same(const struct tls_file_mark *a, const struct tls_file_mark *b)
{
	return a->size == b->size && a->inode == b->inode &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Reading */

/* A key with a password is none that we can use: nobody is asked for it. */
static int no_password(char *buf, int size, int rwflag, void *data)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)data;
	return -1;
}

static bool read_chain(FILE *file, struct tls_identity *out)
{
	X509 *more;

	out->leaf = PEM_read_X509(file, NULL, no_password, NULL);
	out->chain = sk_X509_new_null();
	if (!out->leaf || !out->chain)
		return false;
	while ((more = PEM_read_X509(file, NULL, no_password, NULL))) {
		if (sk_X509_push(out->chain, more))
			continue;
		X509_free(more);
		return false;
	}
	return true;
}

/* What is in the files now, into out; or why not. */
static bool read_files(const struct tls_identity *identity, struct tls_identity *out,
		       char why[static WHY_MAX])
{
	FILE *file = fopen(identity->config.certificate, "re");
	bool ok = file && read_chain(file, out);

	if (!ok)
		snprintf(why, WHY_MAX, "%.60s: %s", identity->config.certificate,
			 file ? "no certificate in PEM is in it" : strerror(errno));
	if (file)
		fclose(file);
	if (!ok)
		return false;
	file = fopen(key_file(identity), "re");
	out->key = file ? PEM_read_PrivateKey(file, NULL, no_password, NULL) : NULL;
	if (!out->key)
		snprintf(why, WHY_MAX, "%.60s: %s", key_file(identity),
			 file ? "no key in PEM without a password" : strerror(errno));
	if (file)
		fclose(file);
	if (!out->key)
		return false;
	if (X509_check_private_key(out->leaf, out->key) == 1)
		return true;
	snprintf(why, WHY_MAX, "%.60s: not the key of the certificate", key_file(identity));
	return false;
}

static void free_read(struct tls_identity *identity)
{
	X509_free(identity->leaf);
	sk_X509_pop_free(identity->chain, X509_free);
	EVP_PKEY_free(identity->key);
	identity->leaf = NULL;
	identity->chain = NULL;
	identity->key = NULL;
}

/* Alarms */

static void see_to_expiry(const struct tls_identity *identity)
{
	int64_t left_s = tls_identity_expires_s(identity) - clock_wall().tv_sec;
	char text[ALARM_TEXT_MAX];

	if (!identity->leaf || left_s > TLS_EXPIRES_SOON_S) {
		alarm_clear(ALARM_CERTIFICATE_EXPIRES, tls_identity_name(identity));
		return;
	}
	if (left_s <= 0)
		snprintf(text, sizeof(text), "expired %lld days ago",
			 (long long)(-left_s / S_PER_DAY));
	else
		snprintf(text, sizeof(text), "%lld days are left", (long long)(left_s / S_PER_DAY));
	alarm_raise(ALARM_CERTIFICATE_EXPIRES, tls_identity_name(identity), "", text);
}

static void take(struct tls_identity *identity, const struct tls_identity *now)
{
	free_read(identity);
	identity->leaf = now->leaf;
	identity->chain = now->chain;
	identity->key = now->key;
	identity->bad = false;
	alarm_clear(ALARM_CERTIFICATE, tls_identity_name(identity));
	LOGP(DSIP, LOGL_NOTICE, "TLS certificate %s read from %s\n", tls_identity_name(identity),
	     identity->config.certificate);
}

void tls_identity_read(struct tls_identity *identity, bool anyway)
{
	struct tls_file_mark certificate = tls_file_mark(identity->config.certificate);
	struct tls_file_mark key = tls_file_mark(key_file(identity));
	struct tls_identity now = { .leaf = NULL };
	char why[WHY_MAX];

	if (!anyway && tls_file_same(&certificate, &identity->certificate_mark) &&
	    tls_file_same(&key, &identity->key_mark)) {
		see_to_expiry(identity);
		return;
	}
	identity->certificate_mark = certificate;
	identity->key_mark = key;
	ERR_clear_error();
	if (read_files(identity, &now, why)) {
		take(identity, &now);
	} else {
		free_read(&now);
		identity->bad = true;
		alarm_raise(ALARM_CERTIFICATE, tls_identity_name(identity), "", why);
	}
	ERR_clear_error();
	see_to_expiry(identity);
}

void tls_identity_clear(struct tls_identity *identity)
{
	alarm_clear(ALARM_CERTIFICATE, tls_identity_name(identity));
	alarm_clear(ALARM_CERTIFICATE_EXPIRES, tls_identity_name(identity));
	free_read(identity);
	*identity = (struct tls_identity){ .leaf = NULL };
}

/* Use */

int64_t tls_identity_expires_s(const struct tls_identity *identity)
{
	struct tm tm;

	if (!identity->leaf || !ASN1_TIME_to_tm(X509_get0_notAfter(identity->leaf), &tm))
		return 0;
	return timegm(&tm);
}

bool tls_identity_use(const struct tls_identity *identity, SSL *ssl)
{
	return identity->leaf &&
	       SSL_use_cert_and_key(ssl, identity->leaf, identity->key, identity->chain, 1) == 1;
}
