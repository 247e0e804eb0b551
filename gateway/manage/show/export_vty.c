/* `export call N pcap FILE`: the messages of a call as a file for Wireshark. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/pcapng.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"

/* 0 or -errno; nobody waits for a FIFO. */
static int write_file(const char *path, const uint8_t *octets, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0600);
	ssize_t n;
	int err = 0;

	if (fd < 0)
		return -errno;
	n = write(fd, octets, len);
	if (n < 0)
		err = -errno;
	else if ((size_t)n < len)
		err = -ENOSPC;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

DEFUN(export_call, export_call_cmd, "export call <1-4294967295> pcap FILE",
      "Write something into a file, for other programs\n"
      "Messages of a call, SIP and ISDN\n"
      "Its number, as in `show calls` or `show calls recent`\n"
      "As pcapng, for Wireshark\nThe file; what is in it goes\n")
{
	struct pcapng file;
	int rc;

	if (!cli_gateway())
		return CMD_WARNING;
	if (!pcapng_of_call(cli_gateway()->hub, strtoul(argv[0], NULL, 10), &file))
		return config_reject(vty,
				     "there is no call %s, nor is it among the last ones; `show "
				     "calls` and `show calls recent` list them",
				     argv[0]);
	rc = file.octets ? write_file(argv[1], file.octets, file.len) : -ENOMEM;
	free(file.octets);
	if (rc)
		return config_reject(vty, "cannot write %s: %s", argv[1], strerror(-rc));
	vty_out(vty, "%u messages are in %s.%s", file.written, argv[1], VTY_NEWLINE);
	if (file.gone)
		vty_out(vty,
			"%u older ones are not kept any more; `history` / `messages` gives them "
			"more memory.%s",
			file.gone, VTY_NEWLINE);
	return CMD_SUCCESS;
}

void export_vty_install(void)
{
	cli_install_action(&export_call_cmd);
}
