/* Reads datagrams from a socket, with their time of arrival. */
#include "mg/inbox.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "mg/ports.h"

enum {
	AGE_MAX_US = 1000000, /* an older one means that the wall clock was set */
	TRIES = 3,            /* each but the last may find an error instead of datagrams */
};

void inbox_init(struct inbox *inbox)
{
	*inbox = (struct inbox){ .n = INBOX_BATCH };
	for (unsigned i = 0; i < INBOX_BATCH; i++) {
		struct msghdr *header = &inbox->messages[i].msg_hdr;
		inbox->pieces[i] = (struct iovec){ inbox->octets[i], sizeof(inbox->octets[i]) };
		header->msg_iov = &inbox->pieces[i];
		header->msg_iovlen = 1;
		header->msg_name = &inbox->from[i];
		header->msg_control = inbox->control[i];
	}
}

/* Bound to all our addresses a socket would be left with the one that the route to the peer has, and the
 * peer may send to another. */
static bool is_bound(int fd)
{
	struct sockaddr_storage local = { 0 };
	socklen_t len = sizeof(local);

	return !getsockname(fd, (struct sockaddr *)&local, &len) && !address_is_any(&local);
}

/* Where it cannot be done, the datagrams are sorted out here as before. */
void inbox_restrict(int fd, const struct sockaddr_storage *peer)
{
	static const struct sockaddr_storage nobody; /* AF_UNSPEC: connect(2) dissolves */

	if (!peer)
		peer = &nobody;
	else if (!is_bound(fd))
		return;
	(void)!connect(fd, (const struct sockaddr *)peer, address_len(peer));
}

unsigned inbox_read(struct inbox *inbox, int fd)
{
	int n, tries = TRIES;

	for (unsigned i = 0; i < inbox->n; i++) { /* the kernel has written the lengths of those */
		inbox->messages[i].msg_hdr.msg_namelen = sizeof(inbox->from[i]);
		inbox->messages[i].msg_hdr.msg_controllen = INBOX_CONTROL;
	}
	do /* ICMP of a connected socket's peer is told once, before what waits */
		n = recvmmsg(fd, inbox->messages, INBOX_BATCH, MSG_DONTWAIT, NULL);
	while (n < 0 && errno != EAGAIN && --tries);
	inbox->n = n > 0 ? n : 0;
	return inbox->n;
}

/* How long the datagram lay in the socket. */
static uint64_t age_us(const struct inbox *inbox, struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	struct timespec stamp;
	uint64_t stamp_us;

	if (!inbox->wall_us || !control || control->cmsg_level != SOL_SOCKET ||
	    control->cmsg_type != SCM_TIMESTAMPNS)
		return 0;
	memcpy(&stamp, CMSG_DATA(control), sizeof(stamp));
	stamp_us = (uint64_t)stamp.tv_sec * 1000000 + stamp.tv_nsec / 1000;
	if (stamp_us > inbox->wall_us || inbox->wall_us - stamp_us > AGE_MAX_US)
		return 0;
	return inbox->wall_us - stamp_us;
}

struct datagram inbox_get(const struct inbox *inbox, unsigned i)
{
	struct mmsghdr message = inbox->messages[i];

	return (struct datagram){
		.octets = inbox->octets[i],
		.len = message.msg_len,
		.from = &inbox->from[i],
		.arrival_us = inbox->now_us - age_us(inbox, &message.msg_hdr),
	};
}
