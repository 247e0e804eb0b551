/* The configuration of the HTTP server, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_section;

/* Each may do what those before it may. */
enum http_role {
	HTTP_NOBODY,
	HTTP_VIEWER,   /* reads */
	HTTP_OPERATOR, /* locks, clears, acknowledges */
	HTTP_ADMIN,    /* places calls, makes faults on purpose */
};
const char *http_role_name(enum http_role role); /* "viewer" */

enum {
	HTTP_NAME_MAX = 32,
	HTTP_FILE_MAX = 192, /* as TLS_FILE_MAX of sip */
	HTTP_HOST_MAX = 128,
	HTTP_HASH_MAX = 128,
	HTTP_TOKEN_OCTETS = 32, /* SHA-256 */
	HTTP_USERS_MAX = 32,
	HTTP_TOKENS_MAX = 32,
	HTTP_HOSTS_MAX = 8,
};

struct http_user_config {
	char name[HTTP_NAME_MAX];
	char hash[HTTP_HASH_MAX]; /* of crypt(3), SHA-512: its time is bounded */
	enum http_role role;
};

struct http_token_config {
	char name[HTTP_NAME_MAX];
	uint8_t sha256[HTTP_TOKEN_OCTETS];
	enum http_role role;
};

struct http_config {
	bool on; /* not without such a section */
	int line;
	char address[46];
	uint16_t port;
	char certificate[HTTP_FILE_MAX], key[HTTP_FILE_MAX]; /* "": no TLS */
	char hosts[HTTP_HOSTS_MAX][HTTP_HOST_MAX];           /* names that it is called by */
	size_t n_hosts;
	struct http_user_config users[HTTP_USERS_MAX];
	size_t n_users;
	struct http_token_config tokens[HTTP_TOKENS_MAX];
	size_t n_tokens;
	enum http_role anonymous; /* of who does not say who he is */
	unsigned connections;     /* at a time */
	unsigned timeout_s;       /* for a whole request, and for its answer */
};

extern const struct config_section http_section;
