/* The HEP/EEP draft, revision 36: "HEP3", the length of all, and chunks: vendor 0, type, length with these six octets. ISDN has
 * no type of payload there: it goes as a log line (100), words first, then the octets of the frame. */
#include "call/hep.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/log.h"
#include "call/messages.h"

enum {
	CHUNK_FAMILY = 1,
	CHUNK_PROTOCOL = 2,
	CHUNK_IPV4_FROM = 3,
	CHUNK_IPV4_TO = 4,
	CHUNK_IPV6_FROM = 5,
	CHUNK_IPV6_TO = 6,
	CHUNK_PORT_FROM = 7,
	CHUNK_PORT_TO = 8,
	CHUNK_SECONDS = 9,
	CHUNK_MICROSECONDS = 10,
	CHUNK_PAYLOAD_TYPE = 11,
	CHUNK_AGENT = 12,
	CHUNK_PAYLOAD = 15,
	CHUNK_CORRELATION = 17,
	FAMILY_IPV4 = 2,
	FAMILY_IPV6 = 10,
	PAYLOAD_SIP = 1,
	PAYLOAD_LOG = 100,
	HEAD_LEN = 6,
	PACKET_MAX = MESSAGE_LEN_MAX + 512,
	LINE_MAX_OCTETS = 1200,
	US_PER_S = 1000000,
	UDP = 17,
};

struct hep {
	int fd;
	uint32_t agent;
};

struct packet {
	uint8_t octets[PACKET_MAX];
	size_t len;
};

static void put(struct packet *packet, uint16_t type, const void *data, size_t len)
{
	const uint16_t head[] = { 0, htons(type), htons((uint16_t)(HEAD_LEN + len)) };

	if (packet->len + HEAD_LEN + len > sizeof(packet->octets))
		return;
	memcpy(packet->octets + packet->len, head, HEAD_LEN);
	memcpy(packet->octets + packet->len + HEAD_LEN, data, len);
	packet->len += HEAD_LEN + len;
}

static void put_u8(struct packet *packet, uint16_t type, uint8_t value)
{
	put(packet, type, &value, sizeof(value));
}

static void put_u16(struct packet *packet, uint16_t type, uint16_t value)
{
	value = htons(value);
	put(packet, type, &value, sizeof(value));
}

static void put_u32(struct packet *packet, uint16_t type, uint32_t value)
{
	value = htonl(value);
	put(packet, type, &value, sizeof(value));
}

static void put_ends(struct packet *packet, const struct message *message)
{
	const struct message_end *from = message->sent ? &message->here : &message->there;
	const struct message_end *to = message->sent ? &message->there : &message->here;
	const bool six = from->family == 6 || to->family == 6;

	put_u8(packet, CHUNK_FAMILY, six ? FAMILY_IPV6 : FAMILY_IPV4);
	put_u8(packet, CHUNK_PROTOCOL, message->protocol ? message->protocol : UDP);
	put(packet, six ? CHUNK_IPV6_FROM : CHUNK_IPV4_FROM, from->address, six ? 16 : 4);
	put(packet, six ? CHUNK_IPV6_TO : CHUNK_IPV4_TO, to->address, six ? 16 : 4);
	put_u16(packet, CHUNK_PORT_FROM, from->port);
	put_u16(packet, CHUNK_PORT_TO, to->port);
}

/* "trunk pstn <- SETUP from 100 to 600: 02 01 ..." */
static void put_line(struct packet *packet, const char *party, const char *text,
		     const struct message *message)
{
	char line[LINE_MAX_OCTETS];
	struct osmo_strbuf out = { .buf = line, .len = sizeof(line) };

	OSMO_STRBUF_PRINTF(out, "%s %s %s:", party, message->sent ? "<-" : "->", text);
	for (size_t i = 0; i < message->len; i++)
		OSMO_STRBUF_PRINTF(out, " %02x", message->octets[i]);
	put(packet, CHUNK_PAYLOAD, line, strlen(line));
}

void hep_send(struct hep *hep, const char *correlation, const char *party, const char *text,
	      const struct message *message)
{
	static struct packet packet; /* large; of the control thread */
	uint16_t len;

	memcpy(packet.octets, "HEP3", 4);
	packet.len = HEAD_LEN;
	put_ends(&packet, message);
	put_u32(&packet, CHUNK_SECONDS, (uint32_t)(message->wall_us / US_PER_S));
	put_u32(&packet, CHUNK_MICROSECONDS, (uint32_t)(message->wall_us % US_PER_S));
	put_u8(&packet, CHUNK_PAYLOAD_TYPE,
	       message->kind == MESSAGE_SIP ? PAYLOAD_SIP : PAYLOAD_LOG);
	put_u32(&packet, CHUNK_AGENT, hep->agent);
	put(&packet, CHUNK_CORRELATION, correlation, strlen(correlation));
	if (message->kind == MESSAGE_SIP)
		put(&packet, CHUNK_PAYLOAD, message->octets, message->len);
	else
		put_line(&packet, party, text, message);
	len = htons((uint16_t)packet.len);
	memcpy(packet.octets + 4, &len, sizeof(len));
	send(hep->fd, packet.octets, packet.len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static socklen_t parse(const char *address, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return sizeof(*four);
	}
	if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		return sizeof(*six);
	}
	return 0;
}

static int open_socket(const char *address, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t len = parse(address, port, &to);
	int fd = len ? socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, len) == 0)
		return fd;
	LOGP(DCALL, LOGL_ERROR, "no messages go to the capture server %s port %u: %s\n", address,
	     port, len ? strerror(errno) : "no address");
	if (fd >= 0)
		close(fd);
	return -1;
}

struct hep *hep_new(void *talloc_ctx, const char *address, uint16_t port, uint32_t agent)
{
	int fd = open_socket(address, port);
	struct hep *hep = fd < 0 ? NULL : talloc_zero(talloc_ctx, struct hep);

	if (!hep) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	hep->fd = fd;
	hep->agent = agent;
	return hep;
}

void hep_free(struct hep *hep)
{
	if (!hep)
		return;
	close(hep->fd);
	talloc_free(hep);
}
