/* Certificates, keys and CAs, looked at from time to time. */
#include "sip/agent/tls_files.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "sip/agent/tls_identity.h"

enum { LOOK_S = 30, LOOK_AGAIN_US = 1000000 };

static struct {
	struct tls_identity identities[TLS_IDENTITIES_MAX];
	size_t n_identities;
	char ca[TLS_FILE_MAX]; /* "": those of the system */
	X509_STORE *store;     /* whom we believe; NULL: nobody */
	struct tls_file_mark ca_mark;
	uint64_t looked_us;
	struct osmo_timer_list timer;
} all;

static void read_cas(bool anyway)
{
	struct tls_file_mark mark = tls_file_mark(all.ca);
	X509_STORE *store;
	bool ok;

	if (!anyway && all.store && tls_file_same(&mark, &all.ca_mark))
		return;
	all.ca_mark = mark;
	store = X509_STORE_new();
	ok = store && (all.ca[0] ? X509_STORE_load_file(store, all.ca) == 1
				 : X509_STORE_set_default_paths(store) == 1);
	ERR_clear_error();
	if (!ok) {
		char why[ALARM_TEXT_MAX];

		X509_STORE_free(store);
		snprintf(why, sizeof(why), "%.60s: no certificates in PEM", all.ca);
		alarm_raise(ALARM_CERTIFICATE, "ca", "", why);
		return;
	}
	X509_STORE_free(all.store);
	all.store = store;
	alarm_clear(ALARM_CERTIFICATE, "ca");
}

void tls_files_look(bool anyway)
{
	all.looked_us = clock_now_us();
	for (size_t i = 0; i < all.n_identities; i++)
		tls_identity_read(&all.identities[i], anyway);
	read_cas(anyway);
}

void tls_files_look_if_due(void)
{
	if (clock_now_us() - all.looked_us >= LOOK_AGAIN_US)
		tls_files_look(false);
}

static void on_look(void *data)
{
	(void)data;
	tls_files_look(false);
	osmo_timer_schedule(&all.timer, LOOK_S, 0);
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

void tls_files_apply(const struct tls_config *config)
{
	bool other_ca = strcmp(config->ca, all.ca) != 0;

	apply_identities(config);
	snprintf(all.ca, sizeof(all.ca), "%s", config->ca);
	if (!config->n_identities && !config->ca[0] && !all.store)
		return; /* nobody asked for TLS */
	tls_files_look(false);
	read_cas(other_ca);
	osmo_timer_setup(&all.timer, on_look, NULL);
	osmo_timer_schedule(&all.timer, LOOK_S, 0);
}

void tls_files_reset(void)
{
	osmo_timer_del(&all.timer);
	for (size_t i = 0; i < all.n_identities; i++)
		tls_identity_clear(&all.identities[i]);
	all.n_identities = 0;
	X509_STORE_free(all.store);
	all.store = NULL;
	all.ca[0] = '\0';
	alarm_clear(ALARM_CERTIFICATE, "ca");
}

X509_STORE *tls_files_cas(void)
{
	return all.store;
}

const struct tls_identity *tls_files_identity_for(const char *server_name)
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

const struct tls_identity *tls_files_identity(size_t n)
{
	return n < all.n_identities ? &all.identities[n] : NULL;
}
