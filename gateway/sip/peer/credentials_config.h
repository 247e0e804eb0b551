/* What we prove who we are with, when a peer asks. */
#pragma once

/* MAX: realms that may ask, each with credentials of its own */
enum { CREDENTIALS_MAX = 4, CREDENTIALS_NAME_MAX = 64, CREDENTIALS_SECRET_MAX = 128 };

struct credentials_config {
	char user[CREDENTIALS_NAME_MAX]; /* "": there are none, nor any after them */
	char secret[CREDENTIALS_SECRET_MAX];
	char realm
		[CREDENTIALS_NAME_MAX]; /* "": the one that the peer itself names first, of those without others */
};
