/* TLS as configured: who we are, and whom we believe. A value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { TLS_FILE_MAX = 192, TLS_NAME_MAX = 128, TLS_IDENTITIES_MAX = 9 };

/* Of those who connect to us. Servers that we connect to always show theirs, and it is always checked. */
enum tls_verify {
	TLS_VERIFY_NONE,     /* they are asked for no certificate */
	TLS_VERIFY_OPTIONAL, /* they may show one; a bad one is refused */
	TLS_VERIFY_REQUIRED, /* they must show a good one */
};

struct tls_identity_config {
	char server_name
		[TLS_NAME_MAX]; /* for clients that ask for this name (RFC 6066 3); "": for all others */
	char certificate[TLS_FILE_MAX]; /* PEM, with the chain up to the CA behind it */
	char key[TLS_FILE_MAX];         /* PEM, without a password; "": in the certificate's file */
};

struct tls_config {
	struct tls_identity_config identities[TLS_IDENTITIES_MAX];
	size_t n_identities;
	char ca[TLS_FILE_MAX]; /* PEM: CAs that are believed; "": those of the system */
	enum tls_verify verify;
	bool only_tls13; /* TLS 1.2 is not spoken */
};
