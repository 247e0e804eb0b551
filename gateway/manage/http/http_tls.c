/* Certificate and key of HTTPS. */
#include "manage/http/http_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <osmocom/core/utils.h>

#include "manage/http/http_config.h"

static char *text_of(BIO *bio)
{
	char *data, *text = NULL;
	long len = BIO_get_mem_data(bio, &data);

	if (len > 0)
		text = strndup(data, (size_t)len);
	BIO_free(bio);
	return text;
}

static char *certificates_text(const struct tls_identity *identity)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (!bio)
		return NULL;
	PEM_write_bio_X509(bio, identity->leaf);
	for (int i = 0; i < sk_X509_num(identity->chain); i++)
		PEM_write_bio_X509(bio, sk_X509_value(identity->chain, i));
	return text_of(bio);
}

static char *key_text(const struct tls_identity *identity)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (!bio)
		return NULL;
	PEM_write_bio_PrivateKey(bio, identity->key, NULL, NULL, 0, NULL, NULL);
	return text_of(bio);
}

static void drop(struct http_tls *tls)
{
	free(tls->certificate);
	if (tls->key)
		OPENSSL_cleanse(tls->key, strlen(tls->key));
	free(tls->key);
	tls->certificate = tls->key = NULL;
	X509_free(tls->taken);
	tls->taken = NULL;
}

static bool take(struct http_tls *tls)
{
	if (tls->identity.leaf == tls->taken)
		return false;
	drop(tls);
	if (!tls->identity.leaf)
		return true;
	X509_up_ref(tls->identity.leaf);
	tls->taken = tls->identity.leaf;
	tls->certificate = certificates_text(&tls->identity);
	tls->key = key_text(&tls->identity);
	return true;
}

bool http_tls_read(struct http_tls *tls, const struct http_config *config)
{
	struct tls_identity_config *now = &tls->identity.config;
	const bool same = strcmp(now->certificate, config->certificate) == 0 &&
			  strcmp(now->key, config->key) == 0;

	if (!same) {
		tls_identity_clear(&tls->identity);
		memset(&tls->identity, 0, sizeof(tls->identity));
		osmo_strlcpy(now->server_name, "http", sizeof(now->server_name));
		osmo_strlcpy(now->certificate, config->certificate, sizeof(now->certificate));
		osmo_strlcpy(now->key, config->key, sizeof(now->key));
	}
	if (*config->certificate)
		tls_identity_read(&tls->identity, !same);
	return take(tls);
}

void http_tls_fini(struct http_tls *tls)
{
	if (tls->identity.config.server_name[0])
		tls_identity_clear(&tls->identity);
	drop(tls);
	memset(tls, 0, sizeof(*tls));
}
