/* A DNS server in the loop of a test: it answers each question of it with one NAPTR record, or with what it is told. */
#pragma once

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <osmocom/core/select.h>

#include "tests/unit/ports.h"
#include "tests/unit/unit.h"

enum { DNS_ROUNDS = 10000, DNS_ROUND_US = 1000, DNS_HEAD = 12 };

struct dns_server {
	int fd;
	uint8_t host;
	uint16_t port;
	uint32_t ttl;
	bool silent;
	unsigned asked;
};

/* At 127.0.0.host; port 0: one that is free at all such addresses. */
static void dns_server_open(struct dns_server *server, uint8_t host, uint16_t port, uint32_t ttl)
{
	*server = (struct dns_server){ .host = host,
				       .port = port ? port : ports_free(1),
				       .ttl = ttl,
				       .fd = socket(AF_INET, SOCK_DGRAM, 0) };
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_port = htons(server->port),
					.sin_addr = { htonl(INADDR_LOOPBACK - 1 + host) } };

	ck_assert_int_eq(bind(server->fd, (const struct sockaddr *)&at, sizeof(at)), 0);
}

static void dns_server_close(struct dns_server *server)
{
	close(server->fd);
}

/* The question as it came, without what is added behind it (EDNS), and one record:
 * 10 1 "u" "E2U+sip" "!^.*$!sip:7@a.example!" . */
static size_t dns_server_answer(const struct dns_server *server, uint8_t *message)
{
	static const char record[] = "\0\012\0\001\001u\007E2U+sip\026!^.*$!sip:7@a.example!";
	const uint8_t flags[] = { 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0 };
	const uint8_t head[] = { 0xc0,
				 DNS_HEAD,
				 0,
				 35,
				 0,
				 1,
				 (uint8_t)(server->ttl >> 24),
				 (uint8_t)(server->ttl >> 16),
				 (uint8_t)(server->ttl >> 8),
				 (uint8_t)server->ttl,
				 0,
				 sizeof(record) };
	size_t at = DNS_HEAD;

	while (message[at])
		at += 1 + message[at];
	at += 5;
	memcpy(message + 2, flags, sizeof(flags));
	memcpy(message + at, head, sizeof(head));
	memcpy(message + at + sizeof(head), record, sizeof(record));
	return at + sizeof(head) + sizeof(record);
}

/* One round of the loop and of the server. */
static void dns_server_turn(struct dns_server *server)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	uint8_t message[2048] = { 0 };

	osmo_select_main(1);
	if (recvfrom(server->fd, message, 512, MSG_DONTWAIT, (struct sockaddr *)&from, &len) < 0) {
		usleep(DNS_ROUND_US);
		return;
	}
	server->asked++;
	if (server->silent)
		return;
	size_t n = dns_server_answer(server, message);
	ck_assert_int_eq(sendto(server->fd, message, n, 0, (struct sockaddr *)&from, len),
			 (ssize_t)n);
}
