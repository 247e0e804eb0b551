/* What TLS reads from files, as it is configured: our certificates, and the CAs that are believed. Read again when a file
 * changes. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

#include "sip/agent/tls_config.h"

struct tls_identity;

/* From now on. Files that cannot be read are alarms, not errors. */
void tls_files_apply(const struct tls_config *config);
/* Looks at all of them; anyway: also at those that did not change. */
void tls_files_look(bool anyway);
/* At a handshake, so that a changed file counts at once; but not for each of a thousand. */
void tls_files_look_if_due(void);
/* Gives up what it holds, and its alarms. */
void tls_files_reset(void);

/* Whom we believe; NULL: nobody. */
X509_STORE *tls_files_cas(void);
/* Which certificate is shown to whoever asks for that name (NULL: for none); NULL: there is none. */
const struct tls_identity *tls_files_identity_for(const char *server_name);
/* The n-th; NULL behind the last. */
const struct tls_identity *tls_files_identity(size_t n);
