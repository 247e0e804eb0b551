/* Reads datagrams from a socket, with their time of arrival. */
#include "mg/inbox.h"

#include <string.h>
#include <time.h>

enum { AGE_MAX_US = 1000000 }; /* an older one means that the wall clock was set */

void inbox_init(struct inbox *inbox)
{
	*inbox = (struct inbox){ 0 };
	for (unsigned i = 0; i < INBOX_BATCH; i++) {
		struct msghdr *header = &inbox->messages[i].msg_hdr;
		inbox->pieces[i] = (struct iovec){ inbox->octets[i], sizeof(inbox->octets[i]) };
		header->msg_iov = &inbox->pieces[i];
		header->msg_iovlen = 1;
		header->msg_name = &inbox->from[i];
		header->msg_control = inbox->control[i];
	}
}

unsigned inbox_read(struct inbox *inbox, int fd)
{
	int n;

	for (unsigned i = 0; i < INBOX_BATCH; i++) {
		inbox->messages[i].msg_hdr.msg_namelen = sizeof(inbox->from[i]);
		inbox->messages[i].msg_hdr.msg_controllen = INBOX_CONTROL;
	}
	n = recvmmsg(fd, inbox->messages, INBOX_BATCH, MSG_DONTWAIT, NULL);
	return n > 0 ? n : 0;
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
