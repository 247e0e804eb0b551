/* Internet addresses as SIP and SDP write them. Pure, but for netaddr_towards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NETADDR_TEXT_MAX = 64 };

/* An IPv4 or IPv6 literal, never a name. False when it is none; out is unchanged then. */
bool netaddr_parse(const char *text, uint16_t port, struct sockaddr_storage *out);
/* The address alone: "192.0.2.1", "2001:db8::1"; "" when there is none. */
void netaddr_host(const struct sockaddr_storage *address, char *out, size_t size);
/* As in a URI: "192.0.2.1:5060", "[2001:db8::1]:5060". */
void netaddr_text(const struct sockaddr_storage *address, char *out, size_t size);
uint16_t netaddr_port(const struct sockaddr_storage *address);
void netaddr_set_port(struct sockaddr_storage *address, uint16_t port);
bool netaddr_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b);
/* 0.0.0.0 or ::. */
bool netaddr_is_any(const struct sockaddr_storage *address);
/* One host that anybody may send to: neither a group nor all hosts, none that a link alone knows (RFC 6890),
 * no IPv4 in the clothes of IPv6. */
bool netaddr_is_host(const struct sockaddr_storage *address);
socklen_t netaddr_len(const struct sockaddr_storage *address);
/* Which of our addresses packets to there leave from, port 0. 0 or -errno. */
int netaddr_towards(const struct sockaddr_storage *there, struct sockaddr_storage *out);
