/* Ranges of internet addresses, as access lists name them: "192.0.2.0/24", "2001:db8::/32", or one address. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NETPREFIX_TEXT_MAX = 52 };

struct netprefix {
	uint8_t octets[16]; /* network order; of IPv4 the first four; beyond len: 0 */
	uint8_t family;     /* AF_INET or AF_INET6 */
	uint8_t len;        /* bits */
};

/* False when it is no address or range, or has bits beyond its length; out is unchanged then. */
bool netprefix_parse(const char *text, struct netprefix *out);
/* As it is read: a single address has no length. */
void netprefix_text(const struct netprefix *prefix, char out[static NETPREFIX_TEXT_MAX]);
bool netprefix_has(const struct netprefix *prefix, const struct sockaddr_storage *address);
bool netprefix_same(const struct netprefix *a, const struct netprefix *b);

enum { NETPREFIXES_MAX = 32 };

/* An access list. */
struct netprefixes {
	struct netprefix list[NETPREFIXES_MAX];
	size_t n;
};
bool netprefixes_have(const struct netprefixes *list, const struct sockaddr_storage *address);
